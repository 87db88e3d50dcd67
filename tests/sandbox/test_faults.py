"""Each fault does to a client what its name says, and the servers start and stop without leaving anything behind."""

import asyncio
import gzip
import http.client
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from aiohttp import web
from support.ports import soon

from sandbox import faults
from sandbox.faults import Fault
from sandbox.server import SandboxServer, refused_address


class Hello(SandboxServer):
    """Says hello on any path."""

    def __init__(self) -> None:
        super().__init__()
        self.worked = 0

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        yield web.get("/{tail:.*}", self._hello)

    def estado(self) -> dict[str, int]:
        return {"trabalhos": self.worked}

    async def _hello(self, request: web.Request) -> web.StreamResponse:
        async def healthy() -> web.StreamResponse:
            self.worked += 1
            self.changed()
            return web.Response(text="olá")

        return await self.faults.answer(request, healthy, request.path)


@contextmanager
def hello(fault: Fault | None = None) -> Iterator[Hello]:
    with Hello() as server:
        if fault is not None:
            server.faults.always(fault)
        yield server


@contextmanager
def asked(server: Hello, path: str = "/", timeout: float = 10) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=timeout)
    try:
        connection.request("GET", path)
        yield connection
    finally:
        connection.close()


def get(server: Hello, path: str = "/", timeout: float = 10) -> tuple[int, bytes, http.client.HTTPMessage]:
    with asked(server, path, timeout) as connection:
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers


@contextmanager
def connected(server: Hello, timeout: float = 10) -> Iterator[socket.socket]:
    with socket.create_connection((server.host, server.port), timeout=timeout) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        yield connection


def raw(server: Hello, timeout: float = 10) -> tuple[bytes, BaseException | None]:
    """Return every byte the server sends until it closes, is silent or breaks the connection."""
    received = b""
    with connected(server, timeout) as connection:
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except OSError as failure:
            return received, failure
    return received, None


def test_without_faults_the_server_is_healthy() -> None:
    with hello() as server:
        assert get(server)[:2] == (200, "olá".encode())


def test_silent_never_answers() -> None:
    with hello(faults.silent()) as server:
        received, failure = raw(server, timeout=0.3)
    assert (received, type(failure)) == (b"", TimeoutError)


def test_drip_sends_headers_then_a_byte_at_a_time() -> None:
    with hello(faults.drip(every_ms=10)) as server, asked(server) as connection:
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.read(5) == b"....."


def test_drip_head_never_ends_its_headers() -> None:
    received = b""
    with hello(faults.drip_head(every_ms=10)) as server, connected(server) as connection:
        while len(received) < 30:
            received += connection.recv(64)
    assert received.startswith(b"HTTP/1.1 200 OK\r\nX-Drip: ..")
    assert b"\r\n\r\n" not in received


def test_redirect_points_elsewhere() -> None:
    with hello(faults.redirect("http://127.0.0.1:1/fora")) as server:
        code, _, headers = get(server)
    assert (code, headers["Location"]) == (302, "http://127.0.0.1:1/fora")


def test_status_carries_headers_and_body() -> None:
    with hello(faults.status(429, "calma", {"Retry-After": "7"})) as server:
        code, body, headers = get(server)
    assert (code, body, headers["Retry-After"]) == (429, b"calma", "7")


def test_html_is_a_page_with_status_200() -> None:
    with hello(faults.html()) as server:
        code, body, headers = get(server)
    assert (code, headers.get_content_type(), body[:9]) == (200, "text/html", b"<!DOCTYPE")


def test_slow_answers_late_but_well() -> None:
    with hello(faults.slow(0.2)) as server:
        start = time.monotonic()
        assert get(server)[0] == 200
    assert time.monotonic() - start >= 0.2


def test_reset_cuts_the_connection() -> None:
    with hello(faults.reset()) as server:
        assert isinstance(raw(server)[1], ConnectionResetError)


@pytest.mark.parametrize(("sent", "end"), [(None, b"parte"), (b"", b""), (b"HTTP/1.1 200", b"200")])
def test_close_early_leaves_the_answer_incomplete(sent: bytes | None, end: bytes) -> None:
    with hello(faults.close_early() if sent is None else faults.close_early(sent)) as server:
        received, failure = raw(server)
    assert failure is None
    assert received.endswith(end)


def test_garbage_is_not_http() -> None:
    with hello(faults.garbage()) as server, pytest.raises(http.client.BadStatusLine):
        get(server)


@pytest.mark.parametrize("declared", [True, False])
def test_huge_sends_a_body_of_that_size(declared: bool) -> None:
    with hello(faults.huge(300_000, declared=declared)) as server:
        _, body, headers = get(server)
    assert len(body) == 300_000
    assert ("Content-Length" in headers) is declared


def test_bomb_inflates() -> None:
    with hello(faults.bomb(1_000_000)) as server:
        _, body, headers = get(server)
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 5_000 < len(gzip.decompress(body)) == 1_000_000


def test_after_does_the_work_first() -> None:
    with hello(faults.after(faults.status(500))) as server:
        assert get(server)[0] == 500
        assert server.wait_for(lambda: server.worked == 1)


def test_queued_faults_serve_one_request_each_then_the_mode_counts() -> None:
    with hello() as server:
        server.faults.always(faults.status(503))
        server.faults.queue(faults.status(500), faults.usual)
        assert [get(server)[0] for _ in range(4)] == [500, 200, 503, 503]
        server.faults.clear()
        assert get(server)[0] == 200


def test_a_key_is_nearer_than_the_program_for_all() -> None:
    with hello(faults.status(503)) as server:
        server.faults.queue(faults.status(410), key="/a")
        assert [get(server, path)[0] for path in ("/b", "/a", "/a")] == [503, 410, 503]


def test_a_server_with_hanging_requests_stops_at_once_and_starts_again_on_its_port() -> None:
    server = Hello().run()
    server.faults.always(faults.silent())
    with soon(), asked(server) as connection:
        port = server.port
        server.stop()
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            connection.getresponse()
    server.stop()
    server.faults.clear()
    with server:
        assert (server.port, get(server)[0]) == (port, 200)
    assert not [thread for thread in threading.enumerate() if thread.name == "Hello"]


def test_a_taken_port_is_reported_to_the_caller() -> None:
    with hello() as server:
        other = Hello()
        other.port = server.port
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            other.run()


def test_a_server_also_runs_on_the_callers_loop() -> None:
    async def serve() -> int:
        server = Hello()
        await server.start()
        try:
            return (await asyncio.to_thread(get, server))[0]
        finally:
            await server.finish()

    assert asyncio.run(serve()) == 200


def test_a_refused_address_refuses() -> None:
    with refused_address() as address, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])))
