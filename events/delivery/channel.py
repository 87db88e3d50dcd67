"""What a kind of destination has to know: how to build a request, and what the statuses mean. One file per kind."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from events import delivery
from events.delivery.outcome import StatusTable
from events.delivery.sender import Request
from storage.models import Destino


@dataclass(frozen=True)
class Message:
    """One event as owed to one destination; `attempt` counts from 1."""

    message_id: str
    evento: str
    corpo: bytes
    attempt: int


@dataclass(frozen=True)
class Channel:
    """A kind of destination. `metered` channels draw on one bucket per server."""

    tipo: str
    build: Callable[[Destino, Message, datetime], Request]
    statuses: StatusTable
    metered: bool = False


@cache
def channels() -> dict[str, Channel]:
    """Return every channel by its kind, found by walking this package."""
    found = {}
    for module in pkgutil.iter_modules(delivery.__path__):
        loaded = importlib.import_module(f"{delivery.__name__}.{module.name}")
        channel = getattr(loaded, "CHANNEL", None)
        if isinstance(channel, Channel):
            found[channel.tipo] = channel
    return found
