"""The ntfy server publishes, hides, limits and refuses as the real one is documented to."""

import base64
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from core.clock import FixedClock
from sandbox.faults import after, status
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


def ask(
    server: NtfyServer, method: str, path: str, body: str | bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request(method, path, body.encode() if isinstance(body, str) else body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def publish(server: NtfyServer, headers: dict[str, str] | None = None, **fields: Any) -> tuple[int, dict[str, Any]]:
    text = json.dumps({"topic": "loja"} | fields, ensure_ascii=False)
    code, body, _ = ask(server, "POST", "/", text, headers)
    return code, json.loads(body)


def poll(server: NtfyServer, path: str = "/loja/json?poll=1") -> list[dict[str, Any]]:
    return [json.loads(line) for line in ask(server, "GET", path)[1].splitlines()]


@contextmanager
def stream(server: NtfyServer, path: str = "/loja/json") -> Iterator[Iterator[dict[str, Any]]]:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        with connection.makefile("rb") as lines:
            yield (json.loads(line) for line in lines if line.startswith(b"{"))


def test_a_json_publish_answers_with_the_message(server: NtfyServer) -> None:
    code, message = publish(
        server,
        title="Loja São João",
        message=" certificado vence\nem 20 dias ",
        priority=4,
        tags=["warning"],
        click="https://x.example/1",
    )
    assert code == 200
    assert len(message.pop("id")) == 12
    assert message == {
        "time": NOW,
        "expires": NOW + 43200,
        "event": "message",
        "topic": "loja",
        "title": "Loja São João",
        "message": "certificado vence\nem 20 dias",
        "priority": 4,
        "tags": ["warning"],
        "click": "https://x.example/1",
    }


def test_fields_left_at_default_are_absent(server: NtfyServer) -> None:
    _, message = publish(server, title="", priority=3, tags=[], cache="no")
    assert set(message) == {"id", "time", "event", "topic", "message"}
    assert message["message"] == "triggered"


@pytest.mark.parametrize(
    ("fields", "http_code", "code"),
    [
        ({"topic": ""}, 400, 40009),
        ({"topic": "com espaço"}, 400, 40009),
        ({"topic": "a" * 65}, 400, 40009),
        ({"topic": "docs"}, 400, 40010),
        ({"topic": "v1"}, 400, 40010),
        ({"priority": 6}, 400, 40007),
        ({"priority": -1}, 400, 40007),
        ({"priority": "4"}, 400, 40017),
        ({"priority": True}, 400, 40017),
        ({"tags": "a,b"}, 400, 40017),
        ({"tags": [1]}, 400, 40017),
        ({"prioridade": 4}, 400, 40017),
        ({"message": None}, 400, 40017),
        ({"attach": "ftp://x"}, 400, 40013),
        ({"icon": "x.png"}, 400, 40021),
        ({"actions": [{"action": "view", "label": "Abrir"}]}, 400, 40018),
        ({"actions": [{"action": "copy", "label": "x"}]}, 400, 40018),
        ({"delay": "amanhã"}, 400, 40004),
        ({"delay": "5s"}, 400, 40005),
        ({"delay": "4d"}, 400, 40006),
        ({"delay": "30m", "cache": "no"}, 400, 40002),
        ({"email": "a@b.example"}, 400, 40001),
        ({"call": "yes"}, 400, None),
        ({"message": "x" * 8200}, 413, 41303),
    ],
)
def test_what_a_json_publish_may_not_hold(
    server: NtfyServer, fields: dict[str, Any], http_code: int, code: int | None
) -> None:
    answered, error = publish(server, **fields)
    assert (answered, error["http"], error.get("code")) == (http_code, http_code, code)
    assert not server.messages()


@pytest.mark.parametrize("raw", ["", "nada", "[]", '{"topic": "loja"', b'{"topic": "\xff"}'])
def test_a_body_that_is_no_message_json_is_refused(server: NtfyServer, raw: str | bytes) -> None:
    code, body, _ = ask(server, "POST", "/", raw)
    assert (code, json.loads(body)["code"]) == (400, 40017)


def test_the_json_limit_counts_bytes_so_escapes_count(server: NtfyServer) -> None:
    text = "ç" * 2000
    assert publish(server, message=text)[1]["message"] == text
    assert ask(server, "POST", "/", json.dumps({"topic": "loja", "message": text}))[0] == 413


@pytest.mark.parametrize(("size", "attached"), [(4096, False), (4097, True)])
def test_a_longer_text_becomes_an_attachment(server: NtfyServer, size: int, attached: bool) -> None:
    _, message = publish(server, message="x" * size)
    assert ("attachment" in message) is attached
    if attached:
        assert message["message"] == "You received a file: attachment.txt"
        assert set(message["attachment"]) == {"name", "type", "size", "expires", "url"}


def test_bytes_not_characters_are_counted(server: NtfyServer) -> None:
    assert "attachment" in publish(server, message="ã" * 2049)[1]
    assert "attachment" not in publish(server, message="ã" * 2048)[1]


def test_a_long_text_is_refused_where_attachments_are_off(clock: FixedClock) -> None:
    with NtfyServer(attachments=False, clock=clock) as server:
        assert publish(server, message="x" * 4097)[1]["code"] == 40014


def test_a_plain_publish_takes_headers_and_query(server: NtfyServer) -> None:
    headers = {"X-Title": "=?UTF-8?B?TG9qYSBTw6Nv?=", "p": "urgent", "Tags": "a, b"}
    assert json.loads(ask(server, "PUT", "/loja", "texto", headers)[1])["title"] == "Loja São"
    ask(server, "GET", "/loja/publish?message=oi&prio=2")
    first, second = server.messages("loja")
    assert (first["message"], first["priority"], first["tags"]) == ("texto", 5, ["a", "b"])
    assert (second["message"], second["priority"]) == ("oi", 2)


def test_json_sent_to_a_topic_is_published_as_text(server: NtfyServer) -> None:
    text = '{"topic": "outro", "message": "oi"}'
    ask(server, "POST", "/loja", text)
    assert server.messages("loja")[0]["message"] == text


def test_a_body_that_is_not_utf8_becomes_an_attachment(server: NtfyServer) -> None:
    assert "attachment" in json.loads(ask(server, "POST", "/loja", b"\xff\xfe")[1])


@pytest.mark.parametrize(
    ("method", "path", "headers", "code"),
    [
        ("POST", "/loja", {"X-Titel": "x"}, 400),
        ("POST", "/loja?titulo=x", {}, 400),
        ("POST", "/", {"Cookie": "a=1"}, 400),
        ("POST", "/com%20espaco", {}, 404),
        ("GET", "/", {}, 404),
        ("DELETE", "/loja", {}, 404),
        ("GET", "/loja/json?poll=1&since=ontem", {}, 400),
        ("GET", "/loja/json?desde=1", {}, 400),
        ("POST", "/docs", {}, 400),
    ],
)
def test_unknown_routes_headers_and_parameters_are_refused(
    server: NtfyServer, method: str, path: str, headers: dict[str, str], code: int
) -> None:
    answered, body, _ = ask(server, method, path, '{"topic": "loja"}', headers)
    assert (answered, json.loads(body)["http"]) == (code, code)


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


def test_a_publish_may_succeed_and_still_look_failed(server: NtfyServer) -> None:
    server.faults.queue(after(status(502)), status(503), key="/")
    text = json.dumps({"topic": "loja", "message": "x"})
    assert [ask(server, "POST", "/", text)[0] for _ in range(3)] == [502, 503, 200]
    assert len(server.messages()) == 2


def test_the_sandbox_state_shows_topic_title_and_priority(server: NtfyServer) -> None:
    publish(server, title="T", message="M", priority=5)
    publish(server, priority=9)
    state = json.loads(ask(server, "GET", "/_sandbox/estado")[1])
    assert state["publicadas"] == 1
    assert state["recusadas"] == {"40007": 1}
    shown = state["mensagens"][0]
    assert (shown["topic"], shown["title"], shown["priority"]) == ("loja", "T", 5)
