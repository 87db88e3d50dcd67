"""Retry-After, as servers write it."""

from datetime import datetime

from core.http_date import read_date

HOUR, DAY = 3600.0, 86_400.0


def seconds_asked(value: str | None, now: datetime, limit: float = HOUR) -> float | None:
    """Read Retry-After: seconds, also with a decimal, or an HTTP date; at most `limit`; nonsense is ignored."""
    if not value or len(value) > 100:
        return None
    try:
        asked = float(value)
    except ValueError:
        date = read_date(value)
        if date is None:
            return None
        asked = (date - now).total_seconds()
    return min(asked, limit) if 0 <= asked < float("inf") else None
