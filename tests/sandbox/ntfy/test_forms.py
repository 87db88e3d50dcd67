"""Each form of a subscription writes a message in its own way."""

import json
from typing import Any

import pytest

from sandbox.ntfy.forms import FORMS

MESSAGE: dict[str, Any] = {"id": "abc", "event": "message", "topic": "loja", "message": "pão\nquente"}
OPEN: dict[str, Any] = {"id": "abc", "event": "open", "topic": "loja"}
TEXT = '{"id":"abc","event":"message","topic":"loja","message":"pão\\nquente"}'


@pytest.mark.parametrize(
    ("form", "message", "line"),
    [
        ("json", MESSAGE, f"{TEXT}\n"),
        ("sse", MESSAGE, f"data: {TEXT}\n\n"),
        ("sse", OPEN, 'event: open\ndata: {"id":"abc","event":"open","topic":"loja"}\n\n'),
        ("raw", MESSAGE, "pão quente\n"),
        ("raw", OPEN, "\n"),
    ],
)
def test_a_message_is_written(form: str, message: dict[str, Any], line: str) -> None:
    """The name of an event stands in a browser's stream only where it is no message."""
    assert FORMS[form].line(message).decode() == line


@pytest.mark.parametrize(
    ("form", "media"), [("json", "application/x-ndjson"), ("sse", "text/event-stream"), ("raw", "text/plain")]
)
def test_each_form_has_its_media_type(form: str, media: str) -> None:
    assert FORMS[form].media == f"{media}; charset=utf-8"


def test_a_json_line_is_one_line_whatever_the_text_holds() -> None:
    line = FORMS["json"].line(MESSAGE | {"message": 'a\r\nb\u2028"c"'})
    assert line.count(b"\n") == 1
    assert json.loads(line)["message"] == 'a\r\nb\u2028"c"'
