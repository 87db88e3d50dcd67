"""How fast an account is sent to: concurrency, rate, documents per request, breaker. Pure: rows are elsewhere.

The server's own capacity is unknown and changes, so all of it is found out by trying.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from claims.breaker import Breaker, Limits
from claims.limit import Limit

LIMITS = Limits(open_after=8, first_wait=60, longest_wait=1800)
CLOSED = Breaker()
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
MATCHES_TO_GROW = 5
# A server that names a rate and not how long to wait is left alone for so long, in seconds.
UNSAID_SECONDS = 1.0
# No server is waited for longer (`core.retry_after`), and the clocks of two machines may differ by so much.
SKEW = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1) + SKEW


@dataclass(frozen=True)
class Sample:
    """What one request showed of the server's pace: when it `began`, how long it took, whether it was too much.

    `accepted` is how many requests a second all senders had answered, where the server said that these are too many.
    """

    began: datetime
    seconds: float
    overload: bool
    retry_after: float | None = None
    accepted: float | None = None


@dataclass(frozen=True)
class Rate:
    """How many requests a second a server takes that named a rate (429): remembered, and tried a little above.

    It grows with the square of the time since, so that most of the time is spent near what the server allows.
    """

    value: float | None = None
    fell_at: datetime | None = None

    CAUTION, AGAIN, AGAIN_SECONDS, LEAST, GROWTH, MOST_SECONDS = 0.92, 0.7, 5.0, 0.2, 0.002, 3600.0

    def at(self, now: datetime) -> float | None:
        """Return the requests a second that may begin now; None where no rate was ever named."""
        if self.value is None or self.fell_at is None:
            return None
        seconds = min(max((now - self.fell_at).total_seconds(), 0.0), self.MOST_SECONDS)
        return self.value * (1 + self.GROWTH * seconds * seconds)

    def named(self, accepted: float, began: datetime, now: datetime) -> "Rate":
        """Return it after the server said that so many a second are too many; once for all made before it fell."""
        if self.fell_at is not None and began <= self.fell_at:
            return self
        again = self.fell_at is not None and (now - self.fell_at).total_seconds() < self.AGAIN_SECONDS
        base = min(accepted, self.at(now) or accepted) * (self.AGAIN if again else self.CAUTION)
        return Rate(max(base, self.LEAST), now)


@dataclass(frozen=True)
class Pace:
    """What is known of an account's server; all senders share it, as a row. `aberto_ate`: nobody sends before."""

    limit: Limit = field(default_factory=Limit)
    breaker: Breaker = field(default_factory=Breaker)
    rate: Rate = field(default_factory=Rate)
    aberto_ate: datetime | None = None

    def after(self, samples: Sequence[Sample], ceiling: int, now: datetime) -> "Pace":
        """Return what is known after these requests."""
        pace = self
        for one in sorted(samples, key=lambda one: one.began):
            pace = pace._failed(one, now) if one.overload else pace._answered(one, ceiling)
        return pace

    def known(self, now: datetime) -> "Pace":
        """Return it without what only a clock that was ahead can have noted: a wait beyond any, a fall to come."""
        waits = self.aberto_ate is not None and self.aberto_ate <= now + LONGEST_WAIT
        fell, named = self.limit.fell_at, self.rate.fell_at
        limit = self.limit if fell is None or fell <= now + SKEW else replace(self.limit, fell_at=None)
        rate = self.rate if named is None or named <= now + SKEW else Rate()
        return Pace(limit, self.breaker, rate, self.aberto_ate if waits else None)

    def open(self, now: datetime) -> bool:
        """Tell whether nobody may send now."""
        return self.aberto_ate is not None and now < self.aberto_ate

    @property
    def probing(self) -> bool:
        """Whether the next request is a probe: one, alone."""
        return self.breaker.open

    @property
    def pause(self) -> float:
        """Seconds to wait before the next request while failures follow one another."""
        failures = self.breaker.failures
        return min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE) if failures else 0.0

    def _answered(self, one: Sample, ceiling: int) -> "Pace":
        if self.probing:
            return Pace(Limit(quickest=self.limit.quickest), rate=self.rate)
        limit = self.limit.answered(one.seconds, float(ceiling))
        return Pace(limit, CLOSED, self.rate, self._unless_past(one.began))

    def _unless_past(self, began: datetime) -> datetime | None:
        """Forget a wait that was over when a request began."""
        return self.aberto_ate if self.aberto_ate is not None and began < self.aberto_ate else None

    def _failed(self, one: Sample, now: datetime) -> "Pace":
        """Halve once for all that was in flight together; open when nothing else comes any more."""
        if one.accepted is not None:
            wait = UNSAID_SECONDS if one.retry_after is None else one.retry_after
            return replace(self._waiting(now, wait), rate=self.rate.named(one.accepted, one.began, now))
        pace = self
        if self.limit.falls(one.began):
            breaker = self.breaker.failed().judged(LIMITS, probed=self.probing)
            pace = replace(self, limit=self.limit.overloaded(one.began, now), breaker=breaker)
        if one.retry_after is not None:
            return pace._waiting(now, one.retry_after)
        if pace.breaker.open and pace.breaker != self.breaker:
            return replace(pace._waiting(now, pace.breaker.wait), limit=replace(pace.limit, value=1.0))
        return pace

    def _waiting(self, now: datetime, seconds: float) -> "Pace":
        until = now + timedelta(seconds=seconds)
        return replace(self, aberto_ate=until if self.aberto_ate is None else max(self.aberto_ate, until))


def share(limite: float, others: Sequence[int], rank: int) -> int:
    """Return how many requests a sender may have in flight beside the others, never more than `limite` in all.

    `others` are what the others hold now, `rank` this sender's place among all. Who has too many gives back at its next
    turn, so a newcomer waits for it.
    """
    whole, senders = int(limite), len(others) + 1
    fair = whole // senders + (rank < whole % senders)
    return max(min(fair, whole - sum(others)), 0)


@dataclass
class Batch:
    """How many documents go into one request: one at first, more while every verdict is found, less after trouble."""

    limit: int
    items: int = 1
    _matches: int = 0

    def matched(self, amount: int) -> None:
        """Every document of a request had its verdict."""
        if amount < self.items:
            return
        self._matches += 1
        if self._matches >= MATCHES_TO_GROW:
            self.items, self._matches = min(self.items * 2, self.limit), 0

    def too_much(self, amount: int) -> None:
        """A request of this size was too much, or left verdicts out."""
        self.items, self._matches = max(min(self.items, amount) // 2, 1), 0


class Pacer:
    """Spaces requests out, so many a second; `now` is of a clock that never goes back."""

    def __init__(self) -> None:
        self._interval = self._next = 0.0

    def allow(self, per_second: float | None) -> None:
        """Let so many a second begin from now on; none: as many as there are."""
        self._interval = 1.0 / per_second if per_second else 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until the next may begin."""
        return max(self._next - now, 0.0) if self._interval else 0.0

    def begun(self, now: float) -> None:
        """Note that one begins."""
        self._next = max(self._next, now) + self._interval
