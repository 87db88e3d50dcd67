"""The set a connector to a mail server passes when the other side misbehaves on the wire.

A connector's `test_standard.py` holds a class that inherits from `MailStandard` and says how a message is handed over.
"""

import contextlib
import logging
import re
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

import pytest

from core.errors import Bug, PlatformError, Transient

SHORT, PATIENT = 0.5, 60.0
# Beyond its deadline a call may take this long, on a busy machine.
SLACK = 30.0
GOOD: Mapping[str, bytes] = {
    "": b"220 mx.exemplo.com.br ESMTP\r\n",
    "EHLO": b"250-mx.exemplo.com.br\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000000\r\n",
    "AUTH": b"235 2.7.0 ok\r\n",
    "MAIL": b"250 2.1.0 ok\r\n",
    "RCPT": b"250 2.1.5 ok\r\n",
    "DATA": b"354 go on\r\n",
    ".": b"250 2.0.0 queued\r\n",
    "QUIT": b"221 bye\r\n",
    "RSET": b"250 ok\r\n",
}
ORDER = ("", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".")
Say = Callable[[socket.socket, bytes], None]


def whole(peer: socket.socket, answer: bytes) -> None:
    """Say it at once."""
    peer.sendall(answer)


def byte_by_byte(peer: socket.socket, answer: bytes) -> None:
    """Say it in as many segments as it has bytes."""
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for one in answer:
        peer.sendall(bytes([one]))


class WireServer:
    """Answers each command as `GOOD` says, or as it is told; `heard` has the commands."""

    def __init__(self, answers: Mapping[str, bytes] | None = None, say: Say = whole) -> None:
        self._answers, self._say = {**GOOD, **(answers or {})}, say
        self.heard: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """End everything."""
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(peer)
            self._threads.append(threading.Thread(target=self._serve, args=(peer,), daemon=True))
            self._threads[-1].start()

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), peer.makefile("rb") as lines:
            self._answer(peer, "")
            in_message = False
            for line in lines:
                self.heard.append(line)
                if in_message and line != b".\r\n":
                    continue
                verb = "." if in_message else line.split()[0].decode().upper()
                self._answer(peer, verb)
                in_message = verb == "DATA" and self._answers[verb].startswith(b"354")
                if verb == "QUIT":
                    break
        with contextlib.suppress(OSError):
            peer.shutdown(socket.SHUT_RDWR)

    def _answer(self, peer: socket.socket, verb: str) -> None:
        answer = self._answers.get(verb, b"500 unknown\r\n")
        if not answer:
            raise ConnectionError
        self._say(peer, answer)


@contextmanager
def serving(answers: Mapping[str, bytes] | None = None, say: Say = whole) -> Iterator[WireServer]:
    server = WireServer(answers, say)
    try:
        yield server
    finally:
        server.close()


class MailStandard:
    """Inherit from it. `secret` is the password, which must never be shown."""

    secret: ClassVar[str]

    def send(self, port: int, seconds: float) -> object:
        """Hand one message over to the server at this port of this machine, with this deadline."""
        raise NotImplementedError

    def fault(self, server: WireServer, seconds: float = PATIENT) -> PlatformError:
        """Return the fault of one message: one good sentence, in time, that shows nothing it must not show."""
        began = time.monotonic()
        with pytest.raises(PlatformError) as raised:
            self.send(server.port, seconds)
        assert time.monotonic() - began < seconds + SLACK
        error = raised.value
        said = str(error)
        assert not isinstance(error, Bug)
        assert said.isprintable()
        assert said.endswith(".")
        assert not re.search(r"Error|Exception|Traceback|smtplib|Errno|None", said)
        shown = "".join(traceback.format_exception(error))
        assert "direct cause" not in shown
        self.shows_no_secret(shown + repr(vars(error)))
        return error

    def shows_no_secret(self, text: str) -> None:
        assert self.secret not in text
        assert self.secret.encode().hex() not in text

    @pytest.mark.parametrize("say", [whole, byte_by_byte])
    def test_a_good_dialogue_is_understood_however_it_is_cut(self, say: Say) -> None:
        with serving(say=say) as server:
            assert self.send(server.port, PATIENT)
            assert b".\r\n" in server.heard

    @pytest.mark.parametrize("at", ORDER)
    def test_an_end_is_for_later_and_may_be_stored_only_after_the_message(self, at: str) -> None:
        with serving({at: b""}) as server:
            fault = self.fault(server)
        assert isinstance(fault, Transient)
        assert getattr(fault, "may_be_stored", None) is (at == ".")

    @pytest.mark.parametrize("at", ORDER)
    def test_a_silence_costs_its_time(self, at: str) -> None:
        def nothing(peer: socket.socket, answer: bytes) -> None:
            if answer != (b"250-" if at == "EHLO" else GOOD[at]):
                peer.sendall(answer)

        with serving({at: b"250-"} if at == "EHLO" else None, say=nothing) as server:
            fault = self.fault(server, SHORT)
        assert isinstance(fault, Transient)
        assert getattr(fault, "may_be_stored", None) is (at == ".")

    @pytest.mark.parametrize("at", ORDER)
    def test_an_answer_that_drips_ends_in_time(self, at: str) -> None:
        def drip(peer: socket.socket, answer: bytes) -> None:
            if answer != b"2":
                return peer.sendall(answer)
            for _ in range(1000):
                peer.sendall(b"250-x\r\n")
                time.sleep(0.05)
            return None

        with serving({at: b"2"}, say=drip) as server:
            assert isinstance(self.fault(server, SHORT), Transient)

    @pytest.mark.parametrize("at", ORDER)
    def test_an_endless_answer_is_not_read_to_its_end(self, at: str) -> None:
        line = b"250-" + b"x" * 100 + b"\r\n"
        with serving(
            {at: line}, say=lambda peer, answer: peer.sendall(answer * (1 + 5000 * (answer == line)))
        ) as server:
            assert isinstance(self.fault(server), Transient)

    @pytest.mark.parametrize("at", ORDER)
    @pytest.mark.parametrize(
        "junk", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xfe\x00\r\n", b"\r\n", b"999 ?\r\n", b"250"]
    )
    def test_what_is_no_answer_is_no_success(self, at: str, junk: bytes) -> None:
        def once(peer: socket.socket, answer: bytes) -> None:
            peer.sendall(answer)
            if answer == junk:
                raise ConnectionError

        with serving({at: junk}, say=once) as server:
            fault = self.fault(server)
        assert isinstance(fault, Transient)
        assert getattr(fault, "may_be_stored", None) is (at == ".")

    @pytest.mark.parametrize("at", ORDER)
    @pytest.mark.parametrize("code", [421, 450, 500, 550, 554])
    def test_a_secret_that_the_server_repeats_is_not_shown(
        self, at: str, code: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        said = f"{code} 5.0.0 {self.secret} {self.secret.encode().hex()} password={self.secret} no\r\n".encode()
        with caplog.at_level(logging.DEBUG), serving({at: said}) as server:
            fault = self.fault(server)
        assert getattr(fault, "status", None) == code
        self.shows_no_secret(caplog.text)
