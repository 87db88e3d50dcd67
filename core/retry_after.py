"""Retry-After, as servers write it."""

from datetime import datetime
from email.utils import parsedate_to_datetime

HOUR, DAY = 3600.0, 86_400.0


def seconds_asked(value: str | None, now: datetime, limit: float = HOUR) -> float | None:
    """Read Retry-After: seconds, also with a decimal, or an HTTP date; at most `limit`; nonsense is ignored."""
    if not value or len(value) > 100:
        return None
    try:
        asked = float(value)
    except ValueError:
        try:
            asked = (parsedate_to_datetime(value) - now).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return None
    return min(asked, limit) if 0 <= asked < float("inf") else None
