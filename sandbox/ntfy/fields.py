"""What a publisher asks for, read from JSON or from headers and query parameters into one shape."""

import json
from collections.abc import Mapping
from email.header import decode_header, make_header
from typing import Any

from aiohttp import web

from sandbox.ntfy import errors
from sandbox.ntfy.errors import NtfyError
from sandbox.server import unknown_headers

JSON_LIMIT = 2 * 4096

TYPES: dict[str, type] = {
    **dict.fromkeys(("topic", "message", "title", "click", "attach", "filename", "icon", "delay"), str),
    **dict.fromkeys(("email", "call", "cache", "firebase", "sequence_id"), str),
    "priority": int,
    "tags": list,
    "actions": list,
    "markdown": bool,
}

_ALIASES: dict[str, tuple[str, ...]] = {
    "title": ("x-title", "title", "t"),
    "message": ("x-message", "message", "m"),
    "priority": ("x-priority", "priority", "prio", "p"),
    "tags": ("x-tags", "tags", "tag", "ta"),
    "delay": ("x-delay", "delay", "x-at", "at", "x-in", "in"),
    "click": ("x-click", "click"),
    "attach": ("x-attach", "attach", "a"),
    "filename": ("x-filename", "filename", "file", "f"),
    "markdown": ("x-markdown", "markdown", "md"),
    "icon": ("x-icon", "icon"),
    "actions": ("x-actions", "actions"),
    "email": ("x-email", "email", "e"),
    "call": ("x-call", "call"),
    "cache": ("x-cache", "cache"),
    "firebase": ("x-firebase", "firebase"),
    "sequence_id": ("x-sequence-id", "sequence-id", "sid"),
}
_ALIAS_NAMES = {alias for aliases in _ALIASES.values() for alias in aliases}
_PRIORITIES = {"min": 1, "low": 2, "default": 3, "high": 4, "max": 5, "urgent": 5}

Fields = dict[str, Any]


def from_json(request: web.Request, raw: bytes) -> Fields:
    """Read a publish to `/`; an unknown field, a wrong type or an unknown header is refused."""
    if len(raw) > JSON_LIMIT:
        raise NtfyError(*errors.JSON_TOO_LARGE)
    _refuse_unknown(unknown_headers(request, {"authorization"}), request.query, {"auth"})
    try:
        content = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise NtfyError(*errors.MESSAGE_JSON) from None
    if not isinstance(content, dict) or not all(_has_type(name, value) for name, value in content.items()):
        raise NtfyError(*errors.MESSAGE_JSON)
    if not content.get("topic"):
        raise NtfyError(*errors.TOPIC)
    return content


def from_request(request: web.Request) -> Fields:
    """Read the headers and query parameters of a publish to `/<topic>`."""
    _refuse_unknown(unknown_headers(request, _ALIAS_NAMES | {"authorization"}), request.query, _ALIAS_NAMES | {"auth"})
    found = {name: _first(request, aliases) for name, aliases in _ALIASES.items()}
    fields: Fields = {name: value for name, value in found.items() if value}
    for name, read in (("priority", _priority), ("tags", _tags), ("actions", _actions), ("markdown", _yes)):
        if name in fields:
            fields[name] = read(fields[name])
    if "message" in fields:
        fields["message"] = fields["message"].replace("\\n", "\n")
    return fields


def _has_type(name: str, value: object) -> bool:
    kind = TYPES.get(name, type(None))
    if name == "tags":
        return isinstance(value, list) and all(isinstance(tag, str) for tag in value)
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _refuse_unknown(headers: list[str], query: Mapping[str, str], known: set[str]) -> None:
    if unknown := [*headers, *sorted(set(query) - known)]:
        raise NtfyError(None, f"unknown header or parameter: {', '.join(unknown)}", http=400)


def _first(request: web.Request, aliases: tuple[str, ...]) -> str:
    values = (request.headers.get(alias) or request.query.get(alias) for alias in aliases)
    raw = next((value for value in values if value), "")
    return str(make_header(decode_header(raw))) if raw.startswith("=?") else raw


def _priority(text: str) -> int:
    if text.lower() in _PRIORITIES:
        return _PRIORITIES[text.lower()]
    if not text.isdecimal():
        raise NtfyError(*errors.PRIORITY)
    return int(text)


def _tags(text: str) -> list[str]:
    return [tag.strip() for tag in text.split(",") if tag.strip()]


def _actions(text: str) -> list[Any]:
    """Read the JSON form only; the short text form is not imitated."""
    try:
        value = json.loads(text)
    except ValueError:
        raise NtfyError(*errors.ACTIONS) from None
    return value if isinstance(value, list) else [value]


def _yes(text: str) -> bool:
    return text.lower() in ("1", "yes", "true")
