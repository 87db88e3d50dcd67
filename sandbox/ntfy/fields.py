"""What a publisher asks for, read from JSON or from headers and query parameters into one shape.

A running server lets unknown fields, headers and parameters pass. This one refuses them: a misspelt name would be lost
in silence, and no test would see it.
"""

import json
from collections.abc import Iterable, Mapping
from email.header import decode_header, make_header
from typing import Any

from aiohttp import web

from sandbox.ntfy import actions, errors
from sandbox.ntfy.errors import NtfyError
from sandbox.server import unknown_headers

JSON_LIMIT = 8191

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
    # known to later versions; this one takes no notice
    "sequence_id": ("x-sequence-id", "sequence-id", "sid"),
}
_ALIAS_NAMES = {alias for aliases in _ALIASES.values() for alias in aliases}
_PRIORITIES = {"min": 1, "low": 2, "default": 3, "high": 4, "max": 5, "urgent": 5}

Fields = dict[str, Any]


def from_json(request: web.Request, raw: bytes) -> Fields:
    """Read a publish to `/`; what the JSON does not say may stand in headers and parameters."""
    if len(raw) > JSON_LIMIT:
        raise NtfyError(*errors.JSON_TOO_LARGE)
    fields = from_request(request)
    said = {name: value for name, value in _document(raw).items() if value not in (None, "", 0, [], False)}
    if "tags" in said:
        said["tags"] = _tags(",".join(said["tags"]))
    if "actions" in said:
        said["actions"] = actions.checked(said["actions"])
    if not said.get("topic"):
        raise NtfyError(*errors.TOPIC)
    return fields | said


def from_request(request: web.Request) -> Fields:
    """Read the headers and query parameters of a publish to `/<topic>`."""
    _refuse_unknown(unknown_headers(request, _ALIAS_NAMES | {"authorization"}), request.query, _ALIAS_NAMES | {"auth"})
    found = {name: first(request, aliases) for name, aliases in _ALIASES.items()}
    fields: Fields = {name: value for name, value in found.items() if value}
    for name, read in (("priority", priority), ("tags", _tags), ("actions", actions.read), ("markdown", _yes)):
        if name in fields:
            fields[name] = read(fields[name])
    if "message" in fields:
        fields["message"] = fields["message"].replace("\\n", "\n")
    return fields


def first(request: web.Request, names: Iterable[str]) -> str:
    """Return the first value that a header or a parameter of these names has."""
    values = (request.headers.get(name) or request.query.get(name) for name in names)
    raw = next((value for value in values if value), "")
    return str(make_header(decode_header(raw))) if raw.startswith("=?") else raw


def priority(text: str) -> int:
    """Read a priority given as a number or a word."""
    found = _PRIORITIES.get(text.lower()) or (int(text) if text.isdecimal() else -1)
    if not 0 <= found <= 5:
        raise NtfyError(*errors.PRIORITY)
    return found


def _document(raw: bytes) -> Fields:
    """Return the first JSON document; what follows it does not count, nor does the case of its keys."""
    text = raw.decode("utf-8", "replace").lstrip()
    try:
        content, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        raise NtfyError(*errors.BODY_JSON) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise NtfyError(*errors.BODY_JSON)
    fields = {name.lower(): _scalar(value) for name, value in content.items()}
    _refuse_unknown([], fields, set(TYPES))
    if not all(value is None or _has_type(name, value) for name, value in fields.items()):
        raise NtfyError(*errors.BODY_JSON)
    return fields


def _scalar(value: Any) -> Any:
    """Replace halves of surrogate pairs, which no text of the server can hold."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def _has_type(name: str, value: object) -> bool:
    kind = TYPES[name]
    if name == "tags":
        return isinstance(value, list) and all(isinstance(tag, str) for tag in value)
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _refuse_unknown(headers: list[str], given: Mapping[str, Any], known: set[str]) -> None:
    if unknown := [*headers, *sorted(set(given) - known)]:
        raise NtfyError(None, f"unknown field, header or parameter: {', '.join(unknown)}", http=400)


def _tags(text: str) -> list[str]:
    return [tag.strip() for tag in text.split(",") if tag.strip()]


def _yes(text: str) -> bool:
    return text.lower() in ("1", "yes", "true")
