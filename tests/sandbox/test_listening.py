"""A server that ends in the very moment in which somebody connects: no connection is left for the collector."""

import asyncio
import gc
import socket
import warnings
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from aiohttp import web
from support import smtp
from support.api import Server

from sandbox.listening import accept_no_more
from sandbox.mail.server import MailServer
from sandbox.server import SandboxServer

TURNS = range(6)


class Silent(SandboxServer):
    """An HTTP server that nobody asks anything."""

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return ()

    def estado(self) -> dict[str, Any]:
        return {}


async def ends_after(turns: int, port: int, finish: Callable[[], Awaitable[None]]) -> socket.socket:
    """Connect, let the loop turn so many times, and end the server; return the other side."""
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    for _ in range(turns):
        await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await finish()
    return client


def leaves_nothing(run: Callable[[], socket.socket]) -> None:
    # what others left is not this server's
    gc.collect()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", ResourceWarning)
        client = run()
        gc.collect()
    with client, suppress(ConnectionResetError):
        assert [str(one.message) for one in said] == []
        while client.recv(4096):
            pass  # the greeting of one that was taken; the end must follow


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("made", [Silent, lambda: MailServer("esteira", "segredo")], ids=["http", "mail"])
def test_a_sandbox_server_ends_who_came_last(made: Callable[[], SandboxServer], turns: int) -> None:
    async def run() -> socket.socket:
        server = made()
        await server.start()
        return await ends_after(turns, server.port, server.finish)

    leaves_nothing(lambda: asyncio.run(run()))


@pytest.mark.parametrize("turns", TURNS)
def test_the_mail_server_of_the_tests_ends_who_came_last(turns: int) -> None:
    def run() -> socket.socket:
        with smtp.MailServer() as server:
            ending = ends_after(turns, server.port, server._finish)
            return asyncio.run_coroutine_threadsafe(ending, server._loop).result(60)

    leaves_nothing(run)


@pytest.mark.parametrize("turns", TURNS)
def test_the_api_of_the_tests_ends_who_came_last(turns: int) -> None:
    async def run() -> socket.socket:
        server = Server(uvicorn.Config(nothing, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup()
        return await ends_after(turns, server.servers[0].sockets[0].getsockname()[1], server.shutdown)

    leaves_nothing(lambda: asyncio.run(run()))


async def nothing(scope: object, receive: object, send: object) -> None:
    """Serve nothing."""


@pytest.mark.parametrize("turns", TURNS)
def test_who_was_taken_has_reached_its_protocol_and_nobody_comes_after(turns: int) -> None:
    async def run() -> socket.socket:
        made: list[asyncio.Transport] = []

        class Door(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                assert isinstance(transport, asyncio.Transport)
                made.append(transport)

        server = await asyncio.get_running_loop().create_server(Door, "127.0.0.1", 0)

        async def finish() -> None:
            await accept_no_more(server.sockets)
            reached = len(made)
            server.close()
            for one in made:
                one.abort()
            await server.wait_closed()
            assert len(made) == reached

        return await ends_after(turns, server.sockets[0].getsockname()[1], finish)

    leaves_nothing(lambda: asyncio.run(run()))
