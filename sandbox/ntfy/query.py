"""What a subscriber wants to see: topics, since when, and which messages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from aiohttp import web

from sandbox.ntfy import errors
from sandbox.ntfy.errors import NtfyError
from sandbox.ntfy.fields import first, priority
from sandbox.ntfy.message import Message, duration

_ALIASES: dict[str, tuple[str, ...]] = {
    "poll": ("x-poll", "poll", "po"),
    "since": ("x-since", "since", "si"),
    "scheduled": ("x-scheduled", "scheduled", "sched"),
    "id": ("x-id", "id"),
    "message": ("x-message", "message", "m"),
    "title": ("x-title", "title", "t"),
    "priority": ("x-priority", "priority", "prio", "p"),
    "tags": ("x-tags", "tags", "tag", "ta"),
}
PARAMETERS = {name for names in _ALIASES.values() for name in names} | {"auth"}
_YES = ("1", "yes", "true")


@dataclass(frozen=True)
class Query:
    """A subscription; `since` is `all`, `none`, `latest`, a unix time or a message id (exclusive)."""

    topics: tuple[str, ...]
    poll: bool
    scheduled: bool
    since: str
    filters: dict[str, str]

    @classmethod
    def of(cls, request: web.Request, now: int) -> Self:
        """Read the address; an unknown parameter or an unreadable `since` is refused."""
        if unknown := sorted(set(request.query) - PARAMETERS):
            raise NtfyError(None, f"unknown parameter: {', '.join(unknown)}", http=400)
        given = {name: first(request, names) for name, names in _ALIASES.items()}
        poll = given["poll"].lower() in _YES
        filters = {name: given[name] for name in ("id", "message", "title", "tags") if given[name]}
        if given["priority"]:
            filters["priority"] = ",".join(str(priority(one)) for one in given["priority"].split(","))
        return cls(
            topics=tuple(request.match_info["topics"].split(",")),
            poll=poll,
            scheduled=given["scheduled"].lower() in _YES,
            since=_since(given["since"] or ("all" if poll else "none"), now),
            filters=filters,
        )

    def wants(self, message: Message) -> bool:
        """Tell whether a message belongs to the topics and passes the filters."""
        return message["topic"] in self.topics and all(self._passes(message, name) for name in self.filters)

    def cached(self, messages: Iterable[Message], now: int) -> list[Message]:
        """Return the kept messages since then, by time and then in the order they came."""
        alive = (one for one in messages if one.get("expires", 0) > now and one["topic"] in self.topics)
        visible = sorted((one for one in alive if self.scheduled or one["time"] <= now), key=lambda one: one["time"])
        return [one for one in self._recent(visible) if self.wants(one)]

    def _recent(self, messages: list[Message]) -> list[Message]:
        if self.since in ("all", "none"):
            return messages if self.since == "all" else []
        if self.since == "latest":
            return messages[-1:]
        if self.since.isdecimal():
            return [one for one in messages if one["time"] >= int(self.since)]
        places = [place for place, one in enumerate(messages) if one["id"] == self.since]
        return messages[places[0] + 1 :] if places else messages

    def _passes(self, message: Message, name: str) -> bool:
        wanted = self.filters[name]
        if name == "tags":
            return set(wanted.split(",")) <= set(message.get("tags", ()))
        if name == "priority":
            return str(message.get("priority", 3)) in wanted.split(",")
        return bool(message.get(name) == wanted)


def _since(text: str, now: int) -> str:
    if (seconds := duration(text)) is not None:
        return str(now - seconds)
    if text in ("all", "none", "latest") or re.fullmatch(r"[0-9]{1,11}|[A-Za-z0-9]{12}", text):
        return text
    raise NtfyError(*errors.SINCE)
