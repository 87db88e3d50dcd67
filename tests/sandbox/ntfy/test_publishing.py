"""The ntfy server takes a publish, or refuses it, as the real one is documented to."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from support.ntfy import ask, publish

from core.clock import FixedClock
from sandbox.faults import after, status
from sandbox.ntfy import NtfyServer

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
NOW = int(NOON.timestamp())


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def server(clock: FixedClock) -> Iterator[NtfyServer]:
    with NtfyServer(clock=clock) as running:
        yield running


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
    _, message = publish(server, title="", priority=0, tags=[], cache="no")
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
        ({"priority": "4"}, 400, 40024),
        ({"priority": True}, 400, 40024),
        ({"tags": "a,b"}, 400, 40024),
        ({"tags": [1]}, 400, 40024),
        ({"prioridade": 4}, 400, None),
        ({"message": ["x"]}, 400, 40024),
        ({"attach": "ftp://x"}, 400, 40013),
        ({"icon": "x.png"}, 400, 40021),
        ({"actions": [{"action": "view", "label": "Abrir"}]}, 400, 40018),
        ({"actions": [{"action": "copy", "label": "x"}]}, 400, 40018),
        ({"delay": "amanhã"}, 400, 40004),
        ({"delay": "5s"}, 400, 40005),
        ({"delay": "4d"}, 400, 40006),
        ({"delay": "30m", "cache": "no"}, 400, 40002),
        ({"email": "a@b.example"}, 400, 40001),
        ({"call": "yes"}, 400, 40032),
        ({"message": "x" * 8162}, 413, 41303),
    ],
)
def test_what_a_json_publish_may_not_hold(
    server: NtfyServer, fields: dict[str, Any], http_code: int, code: int | None
) -> None:
    answered, error = publish(server, **fields)
    assert (answered, error["http"], error.get("code")) == (http_code, http_code, code)
    assert not server.messages()


@pytest.mark.parametrize("raw", ["", "nada", "[]", '{"topic": "loja"', "7"])
def test_a_body_that_is_no_message_json_is_refused(server: NtfyServer, raw: str | bytes) -> None:
    code, body, _ = ask(server, "POST", "/", raw)
    assert (code, json.loads(body)["code"]) == (400, 40024)


def test_the_json_limit_counts_bytes_so_escapes_count(server: NtfyServer) -> None:
    text = "ç" * 2000
    assert publish(server, message=text)[1]["message"] == text
    assert ask(server, "POST", "/", json.dumps({"topic": "loja", "message": text}))[0] == 413


@pytest.mark.parametrize(("size", "attached"), [(4095, False), (4096, True)])
def test_a_longer_text_becomes_an_attachment(server: NtfyServer, size: int, attached: bool) -> None:
    _, message = publish(server, message="x" * size)
    assert ("attachment" in message) is attached
    if attached:
        assert message["message"] == "You received a file: attachment.txt"
        assert set(message["attachment"]) == {"name", "type", "size", "expires", "url"}


def test_bytes_not_characters_are_counted(server: NtfyServer) -> None:
    assert "attachment" in publish(server, message="ã" * 2048)[1]
    assert "attachment" not in publish(server, message="ã" * 2047)[1]


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
        ("PATCH", "/", {}, 404),
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
