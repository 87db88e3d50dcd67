"""How messages are written to a subscriber: JSON by line, events of a browser, or bare text."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Form:
    """A media type, and how one message is written in it."""

    media: str
    line: Callable[[Mapping[str, Any]], bytes]


def _json(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _event(message: Mapping[str, Any]) -> bytes:
    kind = b"" if message["event"] == "message" else f"event: {message['event']}\n".encode()
    return kind + b"data: " + _json(message) + b"\n"


def _text(message: Mapping[str, Any]) -> bytes:
    return str(message.get("message", "")).replace("\n", " ").encode() + b"\n"


FORMS = {
    "json": Form("application/x-ndjson; charset=utf-8", _json),
    "sse": Form("text/event-stream; charset=utf-8", _event),
    "raw": Form("text/plain; charset=utf-8", _text),
}
