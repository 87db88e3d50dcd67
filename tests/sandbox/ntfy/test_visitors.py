"""Who may use the ntfy server, how often, and what a subscriber sees."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from support.ntfy import ask, poll, publish, stream

from core.clock import FixedClock
from sandbox.ntfy import NtfyServer
from sandbox.ntfy.access import Accounts

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
NOW = int(NOON.timestamp())
ACCOUNTS = Accounts({"ana": "s3nha"}, {"tk_abc123": "ana"}, {"ana": {"loja"}}, anonymous=False)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def server(clock: FixedClock) -> Iterator[NtfyServer]:
    with NtfyServer(clock=clock) as running:
        yield running


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    ("headers", "topic", "code"),
    [
        ({"Authorization": "Bearer tk_abc123"}, "loja", 200),
        (basic("ana:s3nha"), "loja", 200),
        (basic(":tk_abc123"), "loja", 200),
        ({"Authorization": "Bearer tk_outro"}, "loja", 401),
        (basic("ana:errada"), "loja", 401),
        (basic("bia:s3nha"), "loja", 401),
        ({"Authorization": "Basic @@@"}, "loja", 401),
        ({"Authorization": "Digest x"}, "loja", 401),
        ({"Authorization": "Bearer tk_abc123"}, "outro", 403),
        ({}, "loja", 403),
    ],
)
def test_access(headers: dict[str, str], topic: str, code: int) -> None:
    with NtfyServer(ACCOUNTS) as server:
        answered, body = publish(server, headers, topic=topic)
    assert answered == code
    assert body.get("code") == {200: None, 401: 40101, 403: 40301}[code]


def test_credentials_may_come_in_the_query() -> None:
    auth = base64.urlsafe_b64encode(b"Bearer tk_abc123").decode().rstrip("=")
    with NtfyServer(ACCOUNTS) as server:
        assert ask(server, "POST", f"/loja?auth={auth}", "oi")[0] == 200


def test_many_wrong_credentials_are_stopped(clock: FixedClock) -> None:
    with NtfyServer(ACCOUNTS, clock=clock) as server:
        codes = [publish(server, basic("ana:errada"))[1]["code"] for _ in range(31)]
    assert (codes[29], codes[30]) == (40101, 42909)


def test_a_visitor_has_sixty_requests_then_one_per_five_seconds(server: NtfyServer, clock: FixedClock) -> None:
    assert [publish(server)[0] for _ in range(61)] == [200] * 60 + [429]
    clock.advance(4.9)
    assert publish(server)[1]["code"] == 42901
    clock.advance(0.1)
    assert [publish(server)[0] for _ in range(2)] == [200, 429]
    _, _, headers = ask(server, "POST", "/loja", "x")
    assert "Retry-After" not in headers
    assert server.refused == {42901: 4}


def test_the_bucket_is_configurable_and_one_per_user(clock: FixedClock) -> None:
    accounts = Accounts(tokens={"tk_a": "ana", "tk_b": "bia"})
    with NtfyServer(accounts, burst=1, refill_seconds=60, clock=clock) as server:
        codes = [publish(server, {"Authorization": f"Bearer tk_{who}"})[0] for who in "aabb"]
    assert codes == [200, 429, 200, 429]


def test_poll_returns_what_is_cached_and_ends(server: NtfyServer, clock: FixedClock) -> None:
    first = publish(server, message="um")[1]
    clock.advance(60)
    second = publish(server, message="dois", priority=5, tags=["a", "b"])[1]
    publish(server, topic="outra", message="de outra")
    publish(server, message="sem cache", cache="no")
    cases = {
        "": ["um", "dois"],
        "&since=all": ["um", "dois"],
        "&since=none": [],
        "&since=latest": ["dois"],
        "&since=30s": ["dois"],
        f"&since={NOW + 60}": ["dois"],
        f"&since={first['id']}": ["dois"],
        f"&since={second['id']}": [],
        "&priority=4,5": ["dois"],
        "&tags=a,b": ["dois"],
        "&message=um": ["um"],
    }
    found = {query: [one["message"] for one in poll(server, f"/loja/json?poll=1{query}")] for query in cases}
    assert found == cases
    assert len(poll(server, "/loja,outra/json?poll=1")) == 3


def test_delayed_messages_wait_and_old_ones_go(server: NtfyServer, clock: FixedClock) -> None:
    publish(server, message="depois", delay="30m")
    assert poll(server) == []
    assert [one["message"] for one in poll(server, "/loja/json?poll=1&scheduled=1")] == ["depois"]
    clock.advance(1800)
    assert [one["message"] for one in poll(server)] == ["depois"]
    clock.advance(43_200)
    assert poll(server) == []


def test_the_live_stream_opens_with_an_event_and_brings_new_messages(server: NtfyServer) -> None:
    publish(server, message="antes")
    with stream(server, "/loja,outra/json") as events:
        opened = next(events)
        assert (opened["event"], opened["topic"]) == ("open", "loja,outra")
        publish(server, topic="terceira", message="de outra")
        publish(server, message="agora")
        assert next(events)["message"] == "agora"


def test_the_live_stream_brings_old_messages_when_asked_and_keeps_alive() -> None:
    with NtfyServer(keepalive_seconds=0.05) as server:
        publish(server, message="antes")
        with stream(server, "/loja/json?since=all") as events:
            assert [next(events)["event"] for _ in range(4)] == ["open", "message", "keepalive", "keepalive"]


def test_a_visitor_has_thirty_subscriptions() -> None:
    with NtfyServer() as server:
        held = [stream(server) for _ in range(30)]
        for one in held:
            next(one.__enter__())
        try:
            code, body, _ = ask(server, "GET", "/loja/json")
        finally:
            for one in held:
                one.__exit__(None, None, None)
    assert (code, json.loads(body)["code"]) == (429, 42903)


def test_health_is_free_of_the_bucket(clock: FixedClock) -> None:
    with NtfyServer(burst=1, clock=clock) as server:
        assert all(json.loads(ask(server, "GET", "/v1/health")[1]) == {"healthy": True} for _ in range(3))
