"""The buttons of a message: at most three, each of a kind with what that kind needs."""

import json
import secrets
from typing import Any

from sandbox.ntfy import errors
from sandbox.ntfy.errors import NtfyError

MOST = 3
_NEEDS = {"view": ("label", "url"), "broadcast": ("label",), "http": ("label", "url")}
_MAY_HAVE: dict[str, tuple[str, ...]] = {
    "view": (),
    "broadcast": ("intent", "extras"),
    "http": ("method", "headers", "body"),
}
_POSITIONS = ("action", "label", "url")


def checked(given: list[Any]) -> list[dict[str, Any]]:
    """Return the buttons as the server keeps them.

    Raises:
        NtfyError: 40018 with what is wrong.
    """
    if len(given) > MOST:
        raise _refusal(f"only {MOST} actions allowed")
    return [_checked(one) for one in given]


def read(text: str) -> list[dict[str, Any]]:
    """Read a header: JSON, or `view, label, url, clear=true; …` (values in quotes are not imitated)."""
    if text.lstrip().startswith(("[", "{")):
        try:
            value = json.loads(text)
        except ValueError:
            raise _refusal("JSON error") from None
        return checked(value if isinstance(value, list) else [value])
    return checked([_short(one) for one in text.split(";") if one.strip()])


def _short(text: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split(",")]
    named = dict(part.split("=", 1) for part in parts if "=" in part.split(":")[0])
    placed = [part for part in parts if "=" not in part.split(":")[0]]
    if len(placed) > len(_POSITIONS):
        raise _refusal(f"term '{placed[len(_POSITIONS)]}' unknown")
    return {**dict(zip(_POSITIONS, placed, strict=False)), **named, "clear": named.get("clear") == "true"}


def _checked(action: object) -> dict[str, Any]:
    if not isinstance(action, dict):
        raise NtfyError(*errors.BODY_JSON)
    kind = action.get("action")
    if not isinstance(kind, str) or kind not in _NEEDS:
        raise _refusal(f"parameter 'action' cannot be '{kind}', valid values are 'view', 'broadcast' and 'http'")
    for name in _NEEDS[kind]:
        if not action.get(name) or not isinstance(action[name], str):
            raise _refusal(f"parameter '{name}' is required for action '{kind}'")
    _refuse_unknown(action, {"action", "clear", *_NEEDS[kind], *_MAY_HAVE[kind]})
    return {"id": secrets.token_hex(5), "clear": False} | action


def _refuse_unknown(action: dict[str, Any], known: set[str]) -> None:
    # a header of the short form has its name behind a full stop
    if unknown := sorted({name.partition(".")[0] for name in action} - known):
        raise NtfyError(None, f"unknown field, header or parameter: {', '.join(unknown)}", http=400)


def _refusal(reason: str) -> NtfyError:
    code, text = errors.ACTIONS
    return NtfyError(code, f"{text}; {reason}")
