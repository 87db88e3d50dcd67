"""Dates as servers write them in headers."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def read_date(value: str | None) -> datetime | None:
    """Read an HTTP date, in UTC; None for what is none, also for one of no year there is."""
    try:
        found = parsedate_to_datetime(value or "")
        # -0000 says UTC of a place unknown
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None
