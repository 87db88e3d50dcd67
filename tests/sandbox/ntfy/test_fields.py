"""What a publisher asks for is read from JSON, headers and parameters alike, and a misspelt name is refused."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from sandbox.ntfy.errors import NtfyError
from sandbox.ntfy.fields import JSON_LIMIT, from_json, from_request, priority

NAMES = {
    "title": ("X-Title", "Title", "t"),
    "message": ("X-Message", "m"),
    "priority": ("X-Priority", "prio", "p"),
    "tags": ("X-Tags", "ta"),
    "delay": ("X-Delay", "X-At", "X-In"),
    "click": ("X-Click",),
    "attach": ("X-Attach", "a"),
    "filename": ("X-Filename", "f"),
    "markdown": ("X-Markdown", "md"),
    "icon": ("X-Icon",),
    "email": ("X-Email", "e"),
    "call": ("X-Call",),
    "cache": ("X-Cache",),
    "firebase": ("X-Firebase",),
}
READ: dict[str, tuple[str, Any]] = {
    "priority": ("4", 4),
    "tags": (" a,, b ", ["a", "b"]),
    "markdown": ("yes", True),
}
EACH = [(field, name) for field, names in NAMES.items() for name in names]


def asked(query: str = "", headers: dict[str, str] | None = None) -> web.Request:
    return make_mocked_request("POST", f"/loja{query}", headers=headers or {})


def given(**fields: Any) -> dict[str, Any]:
    return from_json(asked(), json.dumps({"topic": "loja"} | fields, ensure_ascii=False).encode())


def refused(raw: bytes) -> tuple[int | None, int]:
    with pytest.raises(NtfyError) as refusal:
        from_json(asked(), raw)
    return refusal.value.code, refusal.value.http


@pytest.mark.parametrize(("field", "name"), EACH)
def test_each_name_of_a_field_is_a_header_in_any_case_and_a_parameter_in_lower_case(field: str, name: str) -> None:
    text, read = READ.get(field, ("texto", "texto"))
    for header in (name, name.upper(), name.lower()):
        assert from_request(asked(headers={header: text})) == {field: read}
    assert from_request(asked(f"?{name.lower()}={quote(text)}")) == {field: read}


def test_buttons_may_come_in_a_header() -> None:
    (button,) = from_request(asked(headers={"X-Actions": "view, Abrir, https://x"}))["actions"]
    assert (button["action"], button["label"], button["url"]) == ("view", "Abrir", "https://x")


@pytest.mark.parametrize(
    ("query", "headers", "unknown"),
    [
        ("", {"X-Titel": "x"}, "x-titel"),
        ("", {"Cookie": "a=1"}, "cookie"),
        ("?titulo=x", {}, "titulo"),
        ("?Title=x", {}, "Title"),
        ("?b=1&c=2", {"X-Z": "1"}, "x-z, b, c"),
    ],
)
def test_a_name_that_nobody_knows_is_refused(query: str, headers: dict[str, str], unknown: str) -> None:
    for read in (from_request, lambda request: from_json(request, b'{"topic": "loja"}')):
        with pytest.raises(NtfyError) as refusal:
            read(asked(query, headers))
        assert (refusal.value.code, refusal.value.http) == (None, 400)
        assert refusal.value.text.endswith(f": {unknown}")


def test_credentials_and_what_every_client_sends_are_no_fields() -> None:
    usual = {"Host": "x", "User-Agent": "x", "Accept": "*/*", "Accept-Encoding": "gzip", "Connection": "close"}
    usual |= {"Content-Type": "text/plain", "Content-Length": "0", "Authorization": "Bearer x"}
    assert from_request(asked("?auth=x", usual)) == {}


@pytest.mark.parametrize(
    ("word", "text"), [("=?UTF-8?B?TG9qYSBTw6Nv?=", "Loja São"), ("=?utf-8?q?P=C3=A3o_quente?=", "Pão quente")]
)
def test_encoded_words_of_a_header_are_read(word: str, text: str) -> None:
    assert from_request(asked(headers={"Title": word})) == {"title": text}
    assert from_request(asked(f"?title={quote(word)}")) == {"title": text}


def test_a_backslash_n_breaks_a_line_of_a_message_and_of_nothing_else() -> None:
    found = from_request(asked(headers={"X-Message": r"a\nb", "X-Title": r"a\nb"}))
    assert found == {"message": "a\nb", "title": r"a\nb"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("min", 1), ("low", 2), ("default", 3), ("high", 4), ("max", 5), ("urgent", 5), ("URGENT", 5)),
        *((str(number), number) for number in range(6)),
    ],
)
def test_a_priority_is_a_word_or_a_figure_up_to_five(text: str, number: int) -> None:
    assert priority(text) == number


@pytest.mark.parametrize("text", ["6", "-1", "4.0", "alta", "", "٤٢"])
def test_another_priority_is_refused(text: str) -> None:
    with pytest.raises(NtfyError) as refusal:
        priority(text)
    assert refusal.value.code == 40007


@pytest.mark.parametrize(("text", "yes"), [("1", True), ("yes", True), ("TRUE", True), ("0", False), ("no", False)])
def test_markdown_is_said_in_one_of_three_words(text: str, yes: bool) -> None:
    assert from_request(asked(headers={"md": text}))["markdown"] is yes


def test_a_json_body_has_at_most_8191_bytes() -> None:
    frame = len(b'{"topic":"loja","message":""}')
    for size, taken in ((JSON_LIMIT, True), (JSON_LIMIT + 1, False)):
        raw = b'{"topic":"loja","message":"%s"}' % (b"x" * (size - frame))
        assert len(raw) == size
        if taken:
            assert len(from_json(asked(), raw)["message"]) == size - frame
        else:
            assert refused(raw) == (41303, 413)
    assert JSON_LIMIT == 8191


def test_only_the_topic_is_needed_and_what_is_default_is_left_out() -> None:
    empty = {"message": "", "title": None, "priority": 0, "tags": [], "actions": [], "markdown": False}
    assert given(**empty) == {"topic": "loja"}


@pytest.mark.parametrize("raw", [b"{}", b"null", b'{"topic": ""}', b'{"topic": null}'])
def test_without_a_topic_there_is_nowhere_to_publish(raw: bytes) -> None:
    assert refused(raw) == (40009, 400)


@pytest.mark.parametrize("raw", [b"", b"nada", b"[]", b'"loja"', b"7", b'{"topic": "loja"', b"[" * 5000])
def test_what_is_no_json_object_is_no_message(raw: bytes) -> None:
    assert refused(raw) == (40024, 400)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"priority": value} for value in ("4", 4.0, 4.5, True)),
        *({"tags": value} for value in ("a,b", [1], {"a": 1})),
        *({"message": value} for value in (["x"], 7, True)),
        {"actions": {"action": "view"}},
        {"markdown": "yes"},
        {"cache": False},
        {"topic": 7},
    ],
)
def test_a_value_of_another_type_is_refused(wrong: dict[str, Any]) -> None:
    assert refused(json.dumps({"topic": "loja"} | wrong).encode()) == (40024, 400)


def test_a_field_that_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(NtfyError, match="prioridade") as refusal:
        given(prioridade=4)
    assert (refusal.value.code, refusal.value.http) == (None, 400)


def test_the_first_document_counts_and_the_case_of_its_keys_does_not() -> None:
    raw = b' {"Topic": "loja", "MESSAGE": "oi"} {"topic": "outra"}'
    assert from_json(asked(), raw) == {"topic": "loja", "message": "oi"}


def test_a_tag_with_a_comma_is_two() -> None:
    assert given(tags=["a, b", "", "c "])["tags"] == ["a", "b", "c"]


def test_half_a_character_is_replaced() -> None:
    raw = rb'{"topic": "loja", "message": "a\ud83db", "title": "\ud83d\ude00"}'
    assert from_json(asked(), raw) == {"topic": "loja", "message": "a\ufffdb", "title": "😀"}


def test_what_the_json_does_not_say_may_stand_in_headers_and_what_it_says_counts() -> None:
    request = asked("?p=5&ta=b", {"Title": "do cabeçalho", "X-Click": "https://x"})
    raw = b'{"topic": "loja", "title": "do corpo", "priority": 0, "tags": ["a"]}'
    assert from_json(request, raw) == {
        "topic": "loja",
        "title": "do corpo",
        "priority": 5,
        "tags": ["a"],
        "click": "https://x",
    }
