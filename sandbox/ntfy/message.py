"""From what the publisher asked to the message a subscriber gets; fields left at their default are absent."""

import re
import secrets
import string
from collections.abc import Callable
from typing import Any

from sandbox.ntfy import errors
from sandbox.ntfy.errors import NtfyError
from sandbox.ntfy.fields import Fields

MESSAGE_LIMIT = 4095
CACHE_SECONDS = 12 * 3600
ATTACHMENT_SECONDS = 3 * 3600
MIN_DELAY, MAX_DELAY = 10, 3 * 86400

RESERVED = frozenset({"docs", "static", "file", "app", "metrics", "account", "settings", "signup", "login", "v1"})
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")

_ALPHABET = string.ascii_letters + string.digits
_DURATION = re.compile(r"(?=.)(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?")
_DAYS = re.compile(r"([0-9]+)d")

Message = dict[str, Any]


def check_topic(topic: str) -> None:
    """Refuse a topic outside the alphabet or with a reserved name."""
    if not TOPIC.fullmatch(topic):
        raise NtfyError(*errors.TOPIC)
    if topic in RESERVED:
        raise NtfyError(*errors.TOPIC_RESERVED)


def new_id() -> str:
    """Return the 12 random characters of a message id."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def duration(text: str) -> int | None:
    """Return the seconds of `30m` or `1h30m`, None for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def build(topic: str, fields: Fields, body: bytes, now: int, file_url: str | None) -> Message:
    """Make the message; `body` is the plain body, `file_url` where attachments are kept (None: they are off).

    Raises:
        NtfyError: a field ntfy refuses.
    """
    check_topic(topic)
    _refuse_unsupported(fields)
    time = _due(fields.get("delay", ""), now)
    if time != now and fields.get("cache") == "no":
        raise NtfyError(*errors.DELAY_NO_CACHE)
    head = {"id": new_id(), "time": time, "expires": _expiry(fields, time), "event": "message", "topic": topic}
    parts = {name: read(fields) for name, read in _OPTIONAL.items()}
    return _without_empty(head | parts | _content(fields, body, now, file_url))


def _content(fields: Fields, body: bytes, now: int, file_url: str | None) -> Message:
    text = body or fields.get("message", "").encode("utf-8", "replace")
    if _is_file(fields, text):
        return _attachment(fields, text, now, file_url)
    message = {"message": text.decode("utf-8").strip() or "triggered"}
    if link := fields.get("attach"):
        return message | {"attachment": {"name": fields.get("filename") or link.rsplit("/", 1)[-1], "url": link}}
    return message


def _is_file(fields: Fields, text: bytes) -> bool:
    if len(text) > MESSAGE_LIMIT or (fields.get("filename") and not fields.get("attach")):
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _attachment(fields: Fields, content: bytes, now: int, file_url: str | None) -> Message:
    if file_url is None:
        raise NtfyError(*errors.NO_ATTACHMENTS)
    name = fields.get("filename") or "attachment.txt"
    file = {"name": name, "type": "text/plain; charset=utf-8", "size": len(content)}
    file |= {"expires": now + ATTACHMENT_SECONDS, "url": f"{file_url}/{new_id()}.txt"}
    return {"message": f"You received a file: {name}", "attachment": file}


def _refuse_unsupported(fields: Fields) -> None:
    if fields.get("email"):
        raise NtfyError(*errors.EMAIL_DISABLED)
    if fields.get("call"):
        raise NtfyError(*errors.CALLING)
    for name, error in (("attach", errors.ATTACH_URL), ("icon", errors.ICON_URL)):
        if fields.get(name) and not fields[name].startswith(("http://", "https://")):
            raise NtfyError(*error)


def _due(delay: str, now: int) -> int:
    if not delay:
        return now
    seconds = int(delay) - now if re.fullmatch(r"[0-9]{1,12}", delay) else duration(delay)
    if days := _DAYS.fullmatch(delay):
        seconds = int(days[1]) * 86400
    if seconds is None:
        raise NtfyError(*errors.DELAY_UNREADABLE)
    if seconds < MIN_DELAY:
        raise NtfyError(*errors.DELAY_TOO_SMALL)
    if seconds > MAX_DELAY:
        raise NtfyError(*errors.DELAY_TOO_LARGE)
    return now + seconds


def _expiry(fields: Fields, time: int) -> int | None:
    return None if fields.get("cache") == "no" else time + CACHE_SECONDS


def _priority(fields: Fields) -> int | None:
    value = fields.get("priority", 0)
    if not 0 <= value <= 5:
        raise NtfyError(*errors.PRIORITY)
    return value or None


def _without_empty(message: Message) -> Message:
    return {name: value for name, value in message.items() if value not in (None, "", [])}


_OPTIONAL: dict[str, Callable[[Fields], Any]] = {
    "title": lambda fields: fields.get("title", "").strip(),
    "message": lambda fields: None,
    "priority": _priority,
    "tags": lambda fields: fields.get("tags"),
    "click": lambda fields: fields.get("click"),
    "icon": lambda fields: fields.get("icon"),
    "actions": lambda fields: fields.get("actions"),
    "content_type": lambda fields: "text/markdown" if fields.get("markdown") else None,
}
