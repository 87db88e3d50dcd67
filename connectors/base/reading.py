"""Answers as they come: content within a limit, words as one line, JSON that may be anything."""

import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.base.causes import Cause
from connectors.base.faults import Fault

WORDS_LIMIT = 500
Hide = Callable[[str], str]
_TAG = re.compile(r"<[^<>]{1,200}>")
_MESSAGES = ("message", "mensagem", "msg", "detail", "erro", "error", "motivo", "xmotivo")


@dataclass(frozen=True)
class Reply:
    """An answer. `headers` by their names in lower case; `cause` and `broken` say why the content is not whole."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    cause: Cause | None = None
    broken: Fault | None = None

    @property
    def cut(self) -> Fault | None:
        """Why the content ends where it does; None where it came whole, or was merely too long."""
        return None if self.cause is Cause.TOO_LONG else self.broken

    def json(self) -> Any:
        """Return the content read as JSON.

        Raises:
            ValueError: it is none.
        """
        return decode_json(self.content)

    def json_or_none(self) -> Any:
        """Return the content read as JSON; None where it is none, as where it says null."""
        try:
            return self.json()
        except ValueError:
            return None


def decode_json(raw: bytes) -> Any:
    """Return the JSON of some bytes, also where they are nested too deeply to be one: then a `ValueError`."""
    try:
        return json.loads(raw.decode("utf-8-sig", "replace"))
    except RecursionError:
        raise ValueError("profundo demais") from None


def one_line(value: object, hide: Hide = str) -> str:
    """Return words as one printable line of at most 500 characters, cut only after the secrets are hidden."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) if value else ""
    plain = hide(_TAG.sub(" ", hide(text)[: 4 * WORDS_LIMIT]))
    printable = plain if plain.isprintable() else "".join(char if char.isprintable() else " " for char in plain)
    line = " ".join(printable.split())
    return line if len(line) <= WORDS_LIMIT else line[: WORDS_LIMIT - 1] + "…"


def header_text(raw: bytes) -> str:
    """Return a header's value: UTF-8 where it is that, else Latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def inflated(content: bytes, encoding: str, limit: int) -> bytes:
    """Return what a server packed although it was asked not to; as it is when it is too large or not packed at all."""
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        return content
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        plain = unpack.decompress(content, limit + 1)
    except zlib.error:
        return content
    return plain if len(plain) <= limit else content


def said_in_json(reply: Reply) -> object:
    """Return the message of a refusal in JSON, wherever APIs usually put it; nothing for a page of a proxy."""
    return _message(reply.json_or_none()) or ""


def _message(found: object, depth: int = 0) -> object:
    if isinstance(found, str) or depth > 3:
        return found if isinstance(found, str) else ""
    if not isinstance(found, dict):
        return ""
    fields = {str(name).casefold(): value for name, value in found.items()}
    for name in _MESSAGES:
        if value := fields.get(name):
            return _message(value, depth + 1) or value
    return ""


def nothing_said(_: Reply) -> object:
    """Return nothing: what this system writes beside a refusal does not help."""
    return ""
