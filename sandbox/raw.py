"""A server that answers with given bytes, in one TCP segment or byte by byte; it reads requests and judges nothing."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from sandbox.server import LOOPBACK


class RawServer:
    """Answers requests on any connection with `answers` in turn, and then the last one again and again.

    `piece` bytes go into one segment, all of them when it is None; `closes` ends the connection after each answer;
    `resets` cuts every connection with a TCP RST before it is read. `answered` counts the answers that it has finished
    writing, or that the other side would not take whole.
    """

    def __init__(self, *answers: bytes, piece: int | None = None, closes: bool = False, resets: bool = False) -> None:
        self.answers, self.piece, self.closes, self.resets = answers, piece, closes, resets
        self.requests: list[bytes] = []
        self.connections = self.answered = 0
        self.host, self.port = LOOPBACK, 0
        self._listener: socket.socket
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """Root address, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def interrupt(self, data: bytes) -> None:
        """Send bytes that nobody asked for on every connection; no bytes are the end of them all."""
        for peer in self._open:
            with contextlib.suppress(OSError):
                peer.sendall(data) if data else peer.shutdown(socket.SHUT_WR)

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._listener)
        self._threads[0].join()  # who accepts ends first: no connection comes after those that are ended here
        for peer in self._open:
            _end(peer)
        for thread in self._threads:
            thread.join()

    def _start(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, name="RawServer", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.resets:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                peer.close()
                continue
            self._open.append(peer)
            self._start(self._serve, peer)

    def _serve(self, peer: socket.socket) -> None:
        try:  # the server may have ended between the connection and this thread's start
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while request := _request(peer):
                self.requests.append(request)
                self._send(peer, self.answers[min(len(self.requests), len(self.answers)) - 1])
                if self.closes:
                    break
        except OSError:
            pass
        finally:
            _end(peer)

    def _send(self, peer: socket.socket, answer: bytes) -> None:
        piece = self.piece or max(1, len(answer))
        try:
            for start in range(0, len(answer), piece):
                peer.sendall(answer[start : start + piece])
        finally:
            self.answered += 1


def _request(peer: socket.socket) -> bytes:
    """Return one request with its body; nothing when the other side has gone."""
    got = b""
    while not (head := got.partition(b"\r\n\r\n"))[1]:
        if not (more := peer.recv(65536)):
            return b""
        got += more
    sizes = [line for line in head[0].lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = len(head[0]) + 4 + (int(sizes[0].split(b":")[1]) if sizes else 0)
    while len(got) < wanted and (more := peer.recv(65536)):
        got += more
    return got


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
