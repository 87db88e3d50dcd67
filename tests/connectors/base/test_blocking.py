"""A session on requests: certificates, the deadline under TLS, what it leaves behind."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.https import certificate, https_receiver
from support.ports import soon

from connectors.base.blocking import BlockingSession, NotingAdapter
from connectors.base.faults import Blocked, Overloaded, UnknownOutcome
from connectors.base.policy import Policy
from connectors.base.teller import Teller
from sandbox import faults
from sandbox.anything import AnythingServer

TELLER = Teller("Conta")


def test_a_ca_of_its_own_is_trusted_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nenhum.pem"))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "nenhum.pem"))
    with https_receiver(tmp_path) as server:
        with BlockingSession(Policy(), TELLER, ca_file=str(server.authority)) as session:
            reply = session.call("POST", f"https://localhost:{server.port}/", headers={}, body=b"x")
        assert (reply.status, server.bodies) == (204, [b"x"])


def test_the_environment_cannot_make_a_certificate_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with https_receiver(tmp_path) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.authority))
        with BlockingSession(Policy(), TELLER) as session, pytest.raises(Blocked) as caught:
            session.call("POST", f"https://localhost:{server.port}/", headers={}, body=b"x")
        assert "certificado" in str(caught.value)
        assert caught.value.may_be_stored is False
        assert server.bodies == []


@contextmanager
def tls_server(folder: Path, answer: bytes, *, asks: bool = False, drips: bool = False) -> Iterator[tuple[int, Path]]:
    """Serve one answer under TLS; `asks` for a client's certificate, `drips` byte after byte without end."""
    made = certificate(folder, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(made)
    over = threading.Event()

    def serve() -> None:
        try:
            plain, _ = listener.accept()
            with context.wrap_socket(plain, server_side=True) as peer:
                peer.recv(65536)
                peer.sendall(answer)
                while drips and not over.wait(0.05):
                    peer.sendall(b".")
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1], made
        finally:
            over.set()
            with socket.socket() as waker:
                waker.settimeout(1)
                waker.connect_ex(listener.getsockname())
            thread.join(60)


def test_the_deadline_holds_under_tls_too(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    with soon(), tls_server(tmp_path, answer, drips=True) as (port, authority):
        with BlockingSession(Policy(overall=0.7), TELLER, ca_file=str(authority)) as session:
            reply = session.call("GET", f"https://localhost:{port}/", headers={})
        assert isinstance(reply.cut, UnknownOutcome)
        assert "não respondeu a tempo" in str(reply.cut)
        assert set(reply.content) <= {ord(".")}


class _WithCertificate(NotingAdapter):
    """Shows a client's certificate, as the transport of a tax authority's service does."""

    def __init__(self, own: Path) -> None:
        self._context = ssl.create_default_context(cafile=str(own))
        self._context.load_cert_chain(own)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        super().init_poolmanager(*given, **more, ssl_context=self._context)


def test_a_transport_may_bring_a_certificate_of_its_own(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with tls_server(tmp_path, answer, asks=True) as (port, made):
        session = BlockingSession(Policy(), TELLER, adapter=_WithCertificate(made), ca_file=str(made))
        with session:
            assert session.call("GET", f"https://localhost:{port}/", headers={}).content == b"ok"


def test_no_thread_is_left_behind() -> None:
    before = threading.active_count()
    with AnythingServer([1]) as server:
        server.faults.queue(faults.status(503), faults.usual, faults.reset())
        with BlockingSession(Policy(overall=30), TELLER) as session:
            with pytest.raises(Overloaded):
                session.call("GET", server.url, headers={})
            session.call("GET", server.url, headers={})
            with pytest.raises(UnknownOutcome):
                session.call("GET", server.url, headers={})
    assert threading.active_count() == before


def test_many_headers_are_not_too_many() -> None:
    with AnythingServer([1]) as server:
        server.faults.always(faults.status(200, "[1]", {f"X-{number}": "x" for number in range(300)}))
        with BlockingSession(Policy(), TELLER) as session:
            assert session.call("GET", server.url, headers={}).headers["x-299"] == "x"


def test_a_fault_of_our_own_is_not_hidden() -> None:
    with BlockingSession(Policy(), TELLER) as session, pytest.raises(TypeError):
        session.call("GET", "http://127.0.0.1:1/", headers=None)  # type: ignore[arg-type]
    assert repr(session) == "BlockingSession('Conta')"


class Turns:
    """A pace that gives so many turns and hears what it is told."""

    def __init__(self, turns: int) -> None:
        self.turns, self.heard = turns, list[float]()

    def take(self, seconds: float) -> bool:
        self.turns -= 1
        return self.turns >= 0

    def told(self, seconds: float) -> None:
        self.heard.append(seconds)


def test_every_attempt_waits_for_its_turn_and_a_429_is_heard_by_the_whole_key() -> None:
    pace = Turns(3)
    with AnythingServer({}) as server, BlockingSession(Policy(attempts=5, first_pause=0), TELLER, pace=pace) as session:
        server.faults.queue(faults.status(429, "", {"Retry-After": "0.01"}), faults.status(503), faults.status(429))
        with pytest.raises(Overloaded) as caught:
            session.call("GET", server.url, headers={}, harmless=True)
    assert "não chegou a tempo" in str(caught.value)
    assert not caught.value.may_be_stored
    assert len(server.requests) == 3
    assert pace.heard == [0.01, 5.0]


class LateTurns(Turns):
    """A pace whose turn comes when the time of the call is over."""

    def take(self, seconds: float) -> bool:
        time.sleep(max(seconds, 0) + 0.01)
        return super().take(seconds)


def test_a_turn_that_comes_as_the_time_ends_is_none() -> None:
    with AnythingServer({}) as server, BlockingSession(Policy(overall=0.05), TELLER, pace=LateTurns(1)) as session:
        with pytest.raises(Overloaded, match="não chegou a tempo"):
            session.call("GET", server.url, headers={})
        assert server.requests == []


def test_nothing_is_sent_when_the_time_of_all_calls_is_over() -> None:
    policy = Policy(ends=time.monotonic())
    with AnythingServer({}) as server, BlockingSession(policy, TELLER) as session:
        with pytest.raises(Overloaded) as caught:
            session.call("POST", server.url, headers={}, body=b"x")
        assert server.requests == []
    assert not caught.value.may_be_stored
