"""Instants as people type them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core.errors import UsageError


def read_instant(text: str, zone: ZoneInfo, campo: str | None = None) -> datetime:
    """Return an ISO 8601 date or date-time as an aware instant; without an offset it is the zone's wall clock.

    Raises `UsageError` for any other text, said of the field `campo`.
    """
    try:
        found = datetime.fromisoformat(text.strip())
        aware = found if found.tzinfo else found.replace(tzinfo=zone)
        aware.astimezone(zone)
    except (ValueError, OverflowError):
        said = f"Instante inválido: {text!r}. Use a forma 2026-11-23T10:00:00-03:00 ou 2026-11-23."
        raise UsageError(said, campo=campo) from None
    return aware
