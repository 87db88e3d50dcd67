"""Time is injected: flows take a `Clock`, so tests decide what time it is."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Answers the current instant, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that moves only when told to."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self.instant

    def advance(self, seconds: float) -> None:
        """Move forward by that many seconds."""
        self.instant += timedelta(seconds=seconds)


SYSTEM = SystemClock()


def passed(instant: datetime | None, now: datetime) -> datetime | None:
    """Return an instant; None for one that is to come, which only a clock that was ahead can have noted as passed."""
    return instant if instant is not None and instant <= now else None
