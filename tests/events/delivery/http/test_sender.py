"""One request and its answer: judged before it leaves, over a kept connection, and no slow body undoes a success."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from conftest import Configure

from core.settings.deliveries import DeliverySettings
from events.delivery.address import BlockedAddress, Judge
from events.delivery.http import sender
from events.delivery.http.exchange import READ_LIMIT, Answer, Request
from events.delivery.http.sender import JudgingResolver, Sender
from sandbox.raw import RawServer

T = TypeVar("T")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
SLOW = b"HTTP/1.1 %d X\r\nContent-Length: 100\r\n\r\nparte"


def request(url: str, *, proves: bool = False) -> Request:
    return Request(url, {"X-Teste": "1"}, b"{}", proves)


def asked(do: Callable[[Sender], Awaitable[T]]) -> T:
    """Do something with a sender of its own."""

    async def whole() -> T:
        one = Sender(DeliverySettings.current())
        try:
            return await do(one)
        finally:
            await one.close()

    return asyncio.run(whole())


def posted(url: str, seconds: float = 30.0, *, proves: bool = False) -> Answer:
    return asked(lambda one: one.post(request(url, proves=proves), seconds))


def test_each_answer_names_the_address_also_over_a_connection_that_was_kept(loopback: None) -> None:
    async def twice(one: Sender) -> list[Answer]:
        return [await one.post(request(f"{server.url}/x"), 30.0) for _ in range(2)]

    with RawServer(OK) as server:
        answers = asked(twice)
        place = f"{server.host}:{server.port}"
        assert [(one.status, one.body, one.fault, one.address) for one in answers] == [(200, b"ok", None, place)] * 2
        assert (server.connections, len(server.requests)) == (1, 2)
    assert b"X-Teste: 1\r\n" in server.requests[0]


def test_a_redirection_is_not_followed_and_a_wait_is_told_as_it_was_said(loopback: None) -> None:
    said = b"HTTP/1.1 307 X\r\nLocation: /y\r\nRetry-After: amanh\xe3\r\nContent-Length: 0\r\n\r\n"
    with RawServer(said) as server:
        answer = posted(f"{server.url}/x")
        assert (answer.status, len(server.requests)) == (307, 1)
        assert (answer.retry_after or "").startswith("amanh")


def test_of_a_long_body_only_its_beginning_is_kept(loopback: None) -> None:
    size = READ_LIMIT + 5000
    with RawServer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size) as server:
        answer = posted(f"{server.url}/x")
    assert (len(answer.body), answer.fault) == (READ_LIMIT, None)


def test_the_body_of_a_success_is_not_waited_for(loopback: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "SUCCESS_BODY_SECONDS", 0.05)
    with RawServer(SLOW % 202) as server:
        answer = posted(f"{server.url}/x")
    assert (answer.status, isinstance(answer.fault, TimeoutError)) == (202, True)
    assert answer.body in (b"", b"parte")


def test_a_success_whose_body_breaks_off_is_one_and_says_so(loopback: None) -> None:
    with RawServer(SLOW % 200, closes=True) as server:
        answer = posted(f"{server.url}/x", proves=True)
    assert (answer.status, answer.body, isinstance(answer.fault, aiohttp.ClientError)) == (200, b"parte", True)


def test_a_refusal_whose_body_breaks_off_is_a_fault(loopback: None) -> None:
    with RawServer(SLOW % 500, closes=True) as server, pytest.raises(aiohttp.ClientError):
        posted(f"{server.url}/x")


def test_a_body_that_has_to_prove_something_is_waited_for(loopback: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "SUCCESS_BODY_SECONDS", 0.0)
    body = b"ok" * 100
    with RawServer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body, piece=1) as server:
        answer = posted(f"{server.url}/x", proves=True)
    assert (answer.body, answer.fault) == (body, None)


def test_a_refusal_is_over_with_the_time_of_the_attempt(loopback: None) -> None:
    with RawServer(SLOW % 500) as server, pytest.raises(TimeoutError):
        posted(f"{server.url}/x", 0.2)


def test_what_is_not_allowed_is_never_dialled(configure: Configure) -> None:
    with RawServer(OK) as server:
        with pytest.raises(BlockedAddress):
            posted(f"{server.url}/x")
        configure(deliveries__allow_http="true")
        with pytest.raises(BlockedAddress):
            posted(f"{server.url}/x")
        assert server.connections == 0


@pytest.mark.parametrize("url", ["https://", "nada", "https://[::1/x", "https://exemplo.com:99999/x"])
def test_what_is_no_address_is_told_as_such(url: str) -> None:
    with pytest.raises((aiohttp.InvalidURL, BlockedAddress)):
        posted(url)


class Answering(AbstractResolver):
    """Has these addresses for every name."""

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.closed = addresses, False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0) for one in self.addresses
        ]

    async def close(self) -> None:
        self.closed = True


def test_a_name_with_one_denied_address_is_denied_as_a_whole() -> None:
    resolver = JudgingResolver(Answering("93.184.216.34", "10.0.0.1"), Judge())
    with pytest.raises(BlockedAddress):
        asyncio.run(resolver.resolve("exemplo.com", 443))


def test_a_name_whose_addresses_are_allowed_has_all_of_them() -> None:
    inner = Answering("93.184.216.34", "93.184.216.35")
    resolver = JudgingResolver(inner, Judge())
    found = asyncio.run(resolver.resolve("exemplo.com", 443))
    assert [one["host"] for one in found] == ["93.184.216.34", "93.184.216.35"]
    asyncio.run(resolver.close())
    assert inner.closed
