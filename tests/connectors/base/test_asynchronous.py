"""A session on aiohttp: many calls at a time, contents that are taken as they come, errors whose pages are not read."""

import asyncio
from collections.abc import Iterator

import aiohttp
import pytest

from connectors.base.asynchronous import AsyncSession
from connectors.base.causes import Cause
from connectors.base.faults import Fault, Overloaded, Refused, UnknownOutcome, Unreachable
from connectors.base.policy import Policy
from connectors.base.reading import Reply, nothing_said
from connectors.base.teller import Teller
from core.errors import Transient
from sandbox import faults
from sandbox.anything import AnythingServer
from sandbox.raw import RawServer

TELLER = Teller("Conta")


@pytest.fixture
def server() -> Iterator[AnythingServer]:
    with AnythingServer(["conteúdo"]) as running:
        yield running


def test_who_waits_for_a_free_connection_sent_nothing(server: AnythingServer) -> None:
    server.faults.always(faults.silent())

    async def second() -> Unreachable:
        async with AsyncSession(Policy(overall=60), TELLER, most=1) as session:
            first = asyncio.create_task(session.call("POST", server.url, headers={}, body=b"x"))
            assert await asyncio.to_thread(server.wait_for, lambda: server.requests)
            session.policy = Policy(overall=0.5)
            with pytest.raises(Unreachable) as caught:
                await session.call("POST", server.url, headers={}, body=b"x")
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            return caught.value

    assert not asyncio.run(second()).may_be_stored
    assert len(server.requests) == 1


def test_a_content_can_be_taken_as_it_comes() -> None:
    pieces: list[bytes] = []

    async def receive(response: aiohttp.ClientResponse) -> None:
        pieces.extend([piece async for piece in response.content.iter_any()])

    async def once() -> Reply:
        async with AsyncSession(Policy(answer_limit=1), TELLER) as session:
            return await session.call("GET", server.url, headers={}, receive=receive)

    with RawServer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde", piece=20) as server:
        reply = asyncio.run(once())
    assert (reply.status, reply.content, b"".join(pieces)) == (200, b"", b"abcde")


@pytest.mark.parametrize("fault", [faults.close_early(), faults.drip()], ids=["cut", "drip"])
def test_a_content_that_ends_too_soon_while_it_is_taken_is_a_fault(server: AnythingServer, fault: faults.Fault) -> None:
    async def receive(response: aiohttp.ClientResponse) -> None:
        await response.read()

    async def once() -> Reply:
        async with AsyncSession(Policy(overall=0.5), TELLER) as session:
            return await session.call("GET", server.url, headers={}, receive=receive)

    server.faults.always(fault)
    with pytest.raises(UnknownOutcome):
        asyncio.run(once())


def test_what_the_taker_raises_ends_the_call(server: AnythingServer) -> None:
    async def receive(_: aiohttp.ClientResponse) -> None:
        raise Transient("não serve")

    async def once() -> Reply:
        async with AsyncSession(Policy(attempts=5), TELLER) as session:
            return await session.call("GET", server.url, headers={}, receive=receive, harmless=True)

    with pytest.raises(Transient, match="não serve"):
        asyncio.run(once())
    assert len(server.requests) == 1


def fault_of(server: AnythingServer, policy: Policy, **more: object) -> Fault:
    async def once() -> Reply:
        async with AsyncSession(policy, TELLER, **more) as session:  # type: ignore[arg-type]
            return await session.call("GET", server.url, headers={})

    with pytest.raises(Fault) as caught:
        asyncio.run(once())
    return caught.value


def test_a_refusal_says_what_the_server_said(server: AnythingServer) -> None:
    server.faults.always(faults.status(422, '{"message": "Campo inválido"}'))
    found = fault_of(server, Policy())
    assert (type(found), found.said) == (Refused, "Campo inválido")
    assert str(found) == "Conta: recusou o pedido (HTTP 422): Campo inválido."
    assert fault_of(server, Policy(), said=nothing_said).said is None
    assert fault_of(server, Policy(error_limit=0)).said is None


def test_a_status_is_not_lost_with_the_page_behind_it(server: AnythingServer) -> None:
    server.faults.always(faults.close_early(b"HTTP/1.1 503 X\r\nContent-Length: 100\r\nRetry-After: 7\r\n\r\nparte"))
    found = fault_of(server, Policy())
    assert (type(found), found.status, found.retry_after) == (Overloaded, 503, 7)


def test_an_answer_is_read_to_its_limit_and_says_so(server: AnythingServer) -> None:
    async def once() -> Reply:
        async with AsyncSession(Policy(answer_limit=10), TELLER) as session:
            return await session.call("GET", server.url, headers={})

    server.faults.always(faults.status(200, "x" * 11))
    reply = asyncio.run(once())
    assert (reply.content, reply.cause, reply.cut) == (b"x" * 10, Cause.TOO_LONG, None)
    server.faults.always(faults.status(200, "x" * 10))
    reply = asyncio.run(once())
    assert (reply.content, reply.cause, reply.broken) == (b"x" * 10, None, None)


def test_a_fault_of_our_own_is_not_hidden(server: AnythingServer) -> None:
    async def once() -> None:
        async with AsyncSession(Policy(), TELLER) as session:
            await session.call("GET", server.url, headers=None)  # type: ignore[arg-type]

    with pytest.raises(TypeError):
        asyncio.run(once())
