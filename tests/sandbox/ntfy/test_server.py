"""The doors of the ntfy server: which fault meets which door, who may subscribe, and what it tells of itself."""

import json
from collections.abc import Iterator

import pytest
from support.ntfy import ask, publish, stream

from sandbox.faults import status
from sandbox.ntfy.access import Accounts
from sandbox.ntfy.server import SHOWN, NtfyServer


@pytest.fixture
def server() -> Iterator[NtfyServer]:
    with NtfyServer(burst=1000) as running:
        yield running


@pytest.mark.parametrize(("key", "met"), [("/", [503, 200, 200]), ("/loja", [200, 503, 200]), (None, [503, 503, 503])])
def test_a_fault_meets_the_path_that_it_is_set_for(server: NtfyServer, key: str | None, met: list[int]) -> None:
    """The path of a publish by JSON is the root, whatever its topic."""
    server.faults.always(status(503), key=key)
    found = [publish_by_json(server), *(ask(server, "POST", path, "oi")[0] for path in ("/loja", "/outra"))]
    assert found == met
    assert len(server.messages()) == met.count(200)


def publish_by_json(server: NtfyServer) -> int:
    return ask(server, "PUT", "/", '{"topic": "loja"}')[0]


def test_no_fault_hides_what_it_tells_of_itself(server: NtfyServer) -> None:
    server.faults.always(status(500))
    assert ask(server, "GET", "/loja")[0] == 500
    code, body, _ = ask(server, "GET", "/_sandbox/estado")
    assert (code, json.loads(body)) == (200, {"publicadas": 0, "recusadas": {}, "mensagens": []})


def test_it_tells_of_the_newest_messages_and_shows_no_address(server: NtfyServer) -> None:
    for number in range(SHOWN + 1):
        publish(server, message=str(number), click="https://x.example/segredo")
    told = server.estado()
    assert [one["message"] for one in told["mensagens"]] == [str(number) for number in range(1, SHOWN + 1)]
    assert set(told["mensagens"][0]) == {"id", "time", "topic", "message"}
    assert told["publicadas"] == SHOWN + 1


def test_refusals_are_counted_by_code_else_by_status(server: NtfyServer) -> None:
    publish(server, priority=9)
    publish(server, prioridade=4)
    ask(server, "PATCH", "/")
    assert server.estado()["recusadas"] == {"400": 1, "40007": 1, "40401": 1}


@pytest.mark.parametrize("form", ["json", "sse", "raw", "ws"])
def test_nobody_subscribes_to_a_reserved_name_among_others(server: NtfyServer, form: str) -> None:
    code, body, headers = ask(server, "GET", f"/loja,docs/{form}?poll=1")
    assert (code, body, headers.get_content_type()) == (404, b"404 page not found\n", "text/plain")


def test_who_may_not_read_one_of_the_topics_reads_none() -> None:
    accounts = Accounts(tokens={"tk_a": "ana"}, topics={"ana": {"loja"}})
    bearer = {"Authorization": "Bearer tk_a"}
    with NtfyServer(accounts) as server:
        codes = [ask(server, "GET", f"/{topics}/json?poll=1", headers=bearer)[0] for topics in ("loja", "loja,outra")]
        assert ask(server, "POST", "/outra", "oi", bearer)[0] == 403
    assert codes == [200, 403]
    assert server.messages() == []


def test_a_reserved_name_is_refused_before_anybody_asks_who_may_publish_there() -> None:
    with NtfyServer(Accounts(tokens={"tk_a": "ana"}, anonymous=False)) as server:
        assert publish(server, topic="docs")[1]["code"] == 40010


def test_reading_and_publishing_draw_on_the_same_requests() -> None:
    with NtfyServer(burst=2, refill_seconds=3600) as server:
        codes = [ask(server, "GET", "/loja/json?poll=1")[0], *(ask(server, "POST", "/loja", "x")[0] for _ in "ab")]
        assert codes == [200, 200, 429]
        assert ask(server, "GET", "/loja/json?poll=1")[0] == 429


def test_a_subscription_that_ends_makes_room_for_another(server: NtfyServer) -> None:
    for _ in range(31):
        with stream(server) as events:
            assert next(events)["event"] == "open"
