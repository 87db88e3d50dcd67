"""From what a publisher asked to the message: limits, delays, attachments, and what is refused."""

import re
from typing import Any

import pytest

from sandbox.ntfy.errors import NtfyError
from sandbox.ntfy.message import RESERVED, build, check_topic, duration, new_id

NOW = 1_773_154_800
FILES = "http://127.0.0.1:1/file"
HOUR, DAY = 3600, 86_400


def made(body: bytes = b"", file_url: str | None = FILES, **fields: Any) -> dict[str, Any]:
    return build("loja", fields, body, NOW, file_url)


def refused(**fields: Any) -> int | None:
    with pytest.raises(NtfyError) as refusal:
        made(**fields)
    return refusal.value.code


@pytest.mark.parametrize("topic", ["a", "-_AZaz09", "x" * 64])
def test_a_topic_of_the_alphabet_is_taken(topic: str) -> None:
    check_topic(topic)


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        *((topic, 40009) for topic in ("", "x" * 65, "com espaço", "ação", "a/b", "a,b", "loja\n")),
        *((topic, 40010) for topic in sorted(RESERVED)),
    ],
)
def test_another_topic_is_refused(topic: str, code: int) -> None:
    with pytest.raises(NtfyError) as refusal:
        check_topic(topic)
    assert refusal.value.code == code


def test_the_reserved_names_are_those_of_the_server() -> None:
    assert set("docs static file app metrics account settings signup login v1".split()) == RESERVED


def test_an_id_has_twelve_letters_and_digits_and_no_other_message_has_it() -> None:
    ids = {new_id() for _ in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9]{12}", one) for one in ids)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800),
        ("1h30m", 5400),
        ("1h1m1s", 3661),
        ("0s", 0),
        *((text, None) for text in ("", "30", "m", "1d", "30m1h", "-5m", "1.5h", "30 m", "amanhã")),
    ],
)
def test_a_duration_is_hours_minutes_and_seconds_in_this_order(text: str, seconds: int | None) -> None:
    assert duration(text) == seconds


def test_what_is_left_at_default_is_absent() -> None:
    message = made(title="", priority=0, tags=[], markdown=False)
    assert len(message.pop("id")) == 12
    assert message == {
        "time": NOW,
        "expires": NOW + 12 * HOUR,
        "event": "message",
        "topic": "loja",
        "message": "triggered",
    }


def test_what_was_asked_for_comes_back() -> None:
    given = {
        "priority": 3,
        "tags": ["warning"],
        "click": "https://x",
        "icon": "https://x/i.png",
        "actions": [{"id": "1"}],
    }
    message = made(b"texto", title=" Loja ", markdown=True, **given)
    assert message | given | {"title": "Loja", "content_type": "text/markdown", "message": "texto"} == message


def test_without_the_cache_nothing_says_until_when_it_is_kept() -> None:
    assert "expires" not in made(cache="no")


@pytest.mark.parametrize(
    ("body", "field", "text"),
    [
        (b" a\r\nb \n", "", "a\r\nb"),
        (b"", " oi ", "oi"),
        (b"corpo", "campo", "corpo"),
        (b" \n\t", "", "triggered"),
    ],
)
def test_the_text_is_trimmed_at_its_ends_and_the_body_goes_before_the_field(body: bytes, field: str, text: str) -> None:
    assert made(body, message=field)["message"] == text


@pytest.mark.parametrize(
    ("body", "attached"),
    [
        (b"x" * 4095, False),
        (b"x" * 4096, True),
        ("ç".encode() * 2047, False),
        ("ç".encode() * 2048, True),
        (b"\xff\xfe", True),
    ],
    ids=["4095", "4096", "4094 of two bytes", "4096 of two bytes", "no text"],
)
def test_a_text_of_4096_bytes_or_none_becomes_a_file(body: bytes, attached: bool) -> None:
    message = made(body)
    assert ("attachment" in message) is attached
    if attached:
        url = message["attachment"].pop("url")
        assert re.fullmatch(rf"{FILES}/\w{{12}}\.txt", url)
        assert message["message"] == "You received a file: attachment.txt"
        assert message["attachment"] == {
            "name": "attachment.txt",
            "type": "text/plain; charset=utf-8",
            "size": len(body),
            "expires": NOW + 3 * HOUR,
        }


def test_a_file_name_makes_a_file_of_any_text() -> None:
    message = made(b"a;b", filename="dados.csv")
    assert message["message"] == "You received a file: dados.csv"
    assert (message["attachment"]["name"], message["attachment"]["size"]) == ("dados.csv", 3)


def test_where_no_files_are_kept_a_long_text_is_refused() -> None:
    assert refused(body=b"x" * 4096, file_url=None) == 40014
    assert made(b"x" * 4095, None)["message"] == "x" * 4095


@pytest.mark.parametrize(
    ("filename", "name"), [("", "foto.jpg"), ("vitrine.jpg", "vitrine.jpg")], ids=["of the link", "given"]
)
def test_a_link_is_attached_beside_the_text(filename: str, name: str) -> None:
    message = made(b"veja", attach="https://x.example/a/foto.jpg", filename=filename)
    assert message["message"] == "veja"
    assert message["attachment"] == {"name": name, "url": "https://x.example/a/foto.jpg"}


@pytest.mark.parametrize(
    ("delay", "after"),
    [
        ("10s", 10),
        ("1h30m", 5400),
        ("3d", 3 * DAY),
        (str(NOW + 10), 10),
        (str(NOW + 3 * DAY), 3 * DAY),
    ],
)
def test_a_delay_of_ten_seconds_to_three_days_is_kept(delay: str, after: int) -> None:
    message = made(delay=delay)
    assert (message["time"], message["expires"]) == (NOW + after, NOW + after + 12 * HOUR)


@pytest.mark.parametrize(
    ("delay", "code"),
    [
        ("9s", 40005),
        (str(NOW + 9), 40005),
        (str(NOW - 60), 40005),
        ("10", 40005),
        ("73h", 40006),
        ("4d", 40006),
        (str(NOW + 3 * DAY + 1), 40006),
        ("amanhã", 40004),
        ("9" * 13, 40004),
    ],
)
def test_another_delay_is_refused(delay: str, code: int) -> None:
    assert refused(delay=delay) == code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"delay": "30m", "cache": "no"}, 40002),
        ({"email": "ana@loja.example"}, 40001),
        ({"call": "yes"}, 40032),
        ({"attach": "ftp://x.example/a"}, 40013),
        ({"icon": "x.png"}, 40021),
        ({"priority": 6}, 40007),
        ({"priority": -1}, 40007),
    ],
)
def test_what_a_message_may_not_ask_for(fields: dict[str, Any], code: int) -> None:
    assert refused(**fields) == code
