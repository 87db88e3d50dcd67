"""Instants as people type them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core.errors import UsageError


def read_instant(text: str, zone: ZoneInfo, what: str = "Instante inválido") -> datetime:
    """Return an ISO 8601 date or date-time as an aware instant; without an offset it is the zone's wall clock.

    Raises `UsageError`, whose sentence begins with `what`.
    """
    try:
        found = datetime.fromisoformat(text.strip())
        aware = found if found.tzinfo else found.replace(tzinfo=zone)
        aware.astimezone(zone)
    except (ValueError, OverflowError):
        raise UsageError(f"{what}: {text!r}. Use a forma 2026-11-23T10:00:00-03:00 ou 2026-11-23.") from None
    return aware
