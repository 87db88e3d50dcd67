"""When a request is made again, and after how long."""

import asyncio
import random

import pytest
from support.ports import soon

from connectors.base.asynchronous import AsyncSession
from connectors.base.blocking import BlockingSession
from connectors.base.faults import Fault, Overloaded, Refused, UnknownOutcome
from connectors.base.policy import Attempts, Policy
from connectors.base.reading import Reply
from connectors.base.teller import Teller
from sandbox import faults
from sandbox.anything import AnythingServer
from sandbox.raw import RawServer

POLICY = Policy(attempts=3, first_pause=1.0, longest_pause=10.0)
AWAY = Overloaded("x")
LOST = UnknownOutcome("x", may_be_stored=True)


@pytest.mark.parametrize(
    ("fault", "harmless", "again"),
    [
        (AWAY, False, True),
        (AWAY, True, True),
        (LOST, False, False),
        (LOST, True, True),
        (Refused("x"), True, False),
        (Overloaded("x", retry_after=11), True, False),
        (Overloaded("x", retry_after=9), True, True),
    ],
)
def test_only_what_does_no_harm_is_repeated(fault: Fault, harmless: bool, again: bool) -> None:
    assert (Attempts(POLICY, harmless=harmless).pause(fault) is not None) is again


def test_pauses_grow_and_end() -> None:
    random.seed(1)
    attempts = Attempts(POLICY, harmless=True)
    pauses = [attempts.pause(AWAY) for _ in range(3)]
    assert 0.8 <= (pauses[0] or 0) <= 1.2
    assert 1.6 <= (pauses[1] or 0) <= 2.4
    assert pauses[2] is None
    assert (Attempts(POLICY, harmless=True).pause(Overloaded("x", retry_after=5)) or 0) >= 5
    assert Attempts(Policy(), harmless=True).pause(AWAY) is None


def blocking(url: str, policy: Policy, harmless: bool) -> Reply:
    with BlockingSession(policy, Teller("Conta")) as session:
        return session.call("GET", url, headers={}, harmless=harmless)


def asynchronous(url: str, policy: Policy, harmless: bool) -> Reply:
    async def once() -> Reply:
        async with AsyncSession(policy, Teller("Conta")) as session:
            return await session.call("GET", url, headers={}, harmless=harmless)

    return asyncio.run(once())


WAYS = pytest.mark.parametrize("way", [blocking, asynchronous])
QUICK = Policy(attempts=3, first_pause=0.01)


def test_a_status_that_is_an_answer_here_is_given_with_its_content() -> None:
    with AnythingServer([1]) as server, BlockingSession(Policy(error_limit=0), Teller("Conta")) as session:
        server.faults.always(faults.status(404, '{"StatusProcessamento": "NENHUM"}'))
        reply = session.call("GET", server.url, headers={}, success={200, 404})
        assert (reply.status, reply.json()) == (404, {"StatusProcessamento": "NENHUM"})


@WAYS
def test_a_server_that_comes_back_is_asked_again(way: object) -> None:
    assert callable(way)
    with AnythingServer([1]) as server:
        server.faults.queue(faults.status(503), faults.reset())
        assert way(server.url, QUICK, True).json() == [1]
        assert len(server.requests) == 3


@WAYS
def test_what_may_have_been_done_is_not_done_twice(way: object) -> None:
    assert callable(way)
    with AnythingServer([1]) as server:
        server.faults.always(faults.after(faults.reset()))
        with pytest.raises(UnknownOutcome):
            way(server.url, QUICK, False)
        assert len(server.requests) == 1


@WAYS
def test_repeats_and_pauses_stay_within_the_deadline(way: object) -> None:
    assert callable(way)
    with AnythingServer([1]) as server:
        server.faults.always(faults.status(503))
        # on a busy machine the last of them meets the deadline in its midst
        with soon(), pytest.raises((Overloaded, UnknownOutcome)):
            way(server.url, Policy(overall=1.0, attempts=1000, first_pause=0.3, longest_pause=0.3), True)
        assert len(server.requests) < 6


def three_blocking(url: str) -> None:
    with BlockingSession(Policy(), Teller("Conta")) as session:
        for _ in range(3):
            session.call("GET", url, headers={})


def three_asynchronous(url: str) -> None:
    async def in_turn() -> None:
        async with AsyncSession(Policy(), Teller("Conta")) as session:
            for _ in range(3):
                await session.call("GET", url, headers={})

    asyncio.run(in_turn())


@pytest.mark.parametrize("three", [three_blocking, three_asynchronous])
def test_a_cookie_is_not_sent_with_the_next_call_of_a_session(three: object) -> None:
    assert callable(three)
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: sessao=1; Path=/\r\nContent-Length: 2\r\n\r\n{}"
    with RawServer(answer) as server:
        # a jar takes no cookie from a bare address
        three(server.url.replace("127.0.0.1", "localhost"))
        assert len(server.requests) == 3
        assert [request for request in server.requests if b"cookie" in request.lower()] == []


@pytest.mark.parametrize("three", [three_blocking, three_asynchronous])
def test_a_connection_is_used_again(three: object) -> None:
    assert callable(three)
    with RawServer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") as server:
        three(server.url)
        assert (server.connections, len(server.requests)) == (1, 3)


def test_a_call_ends_with_its_own_time_or_with_that_of_all_together() -> None:
    assert Policy(overall=60).deadline(1000.0) == 1060.0
    assert Policy(overall=60, ends=1010.0).deadline(1000.0) == 1010.0
    assert Policy(overall=60, ends=2000.0).deadline(1000.0) == 1060.0
