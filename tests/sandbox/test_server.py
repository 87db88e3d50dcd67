"""The common base of the sandbox servers: it starts, says why it cannot, ends, and comes back at the same port."""

import socket
import threading
import urllib.request
from collections.abc import Iterable
from typing import Any

import pytest
from aiohttp import web

from sandbox.server import ESTADO, SandboxServer, refused_address, unknown_headers


class Small(SandboxServer):
    """Counts what it is asked."""

    asked = 0

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        yield web.get("/", self._answer)

    def estado(self) -> dict[str, Any]:
        return {"pedidos": self.asked}

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        self.changed()
        return web.Response(text=",".join(unknown_headers(request, ["x-meu"])))


def get(url: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
        return str(answer.read().decode())


def test_it_comes_back_at_the_same_port() -> None:
    server = Small()
    with server:
        port = server.port
        get(server.url)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, port), 1)
    with server:
        assert server.port == port
        get(server.url)
    assert server.asked == 2


def test_a_port_that_is_taken_is_told() -> None:
    with Small() as first:
        second = Small()
        second.port = first.port
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            second.run()
        second.stop()


def test_stopping_twice_is_as_good_as_once_and_leaves_no_thread() -> None:
    before = threading.active_count()
    server = Small().run()
    server.stop()
    server.stop()
    assert threading.active_count() == before


def test_what_was_received_can_be_waited_for_and_looked_at() -> None:
    with Small() as server:
        assert not server.wait_for(lambda: server.asked, timeout=0.01)
        asking = threading.Thread(target=get, args=(server.url,))
        asking.start()
        assert server.wait_for(lambda: server.asked)
        asking.join()
        assert get(f"{server.url}{ESTADO}") == '{"pedidos": 1}'


def test_headers_that_nobody_agreed_on_are_named() -> None:
    with Small() as server:
        assert get(server.url, **{"X-Outro": "1", "X-Meu": "2", "Accept": "*/*"}) == "x-outro"


def test_a_refused_address_refuses() -> None:
    with refused_address() as nowhere, pytest.raises(ConnectionRefusedError):
        socket.create_connection((nowhere.removeprefix("http://").split(":")[0], int(nowhere.rpartition(":")[2])), 5)
