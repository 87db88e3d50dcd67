"""How fast an account is sent to: concurrency, documents per request, breaker. Pure: rows and clocks are elsewhere.

The server's own capacity is unknown and changes, so all of it is found out by trying.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FIRST_LIMIT = 2.0
STEP, FEW = 2.0, 16
SLOW_FACTOR, QUICK_SECONDS = 3.0, 0.3
SMOOTHING, BASE_DRIFT = 0.2, 1.001
OPEN_AFTER = 8
FIRST_WAIT, LONGEST_WAIT = 60, 1800
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
MATCHES_TO_GROW = 5


@dataclass(frozen=True)
class Seen:
    """What one request came to, as far as the pace is concerned; `began` is when it was made."""

    began: datetime
    seconds: float
    overload: bool
    retry_after: float | None = None


@dataclass(frozen=True)
class Pace:
    """What is known of an account's server; all senders share it, as a row.

    `limite` is how many requests may be in flight; `base` and `suave` are the quickest and the usual answer in seconds.
    """

    limite: float = FIRST_LIMIT
    base: float | None = None
    suave: float | None = None
    falhas: int = 0
    espera: int = 0
    aberto_ate: datetime | None = None
    reduzido_em: datetime | None = None

    def after(self, seen: Sequence[Seen], ceiling: int, now: datetime) -> "Pace":
        """Return what is known after these requests."""
        pace = self
        for one in sorted(seen, key=lambda one: one.began):
            pace = pace._failed(one, now) if one.overload else pace._answered(one, ceiling)
        return pace

    def open(self, now: datetime) -> bool:
        """Tell whether nobody may send now; afterwards one probe goes first."""
        return self.aberto_ate is not None and now < self.aberto_ate

    @property
    def probing(self) -> bool:
        """Whether the next request is a probe: one, alone."""
        return self.aberto_ate is not None

    def _answered(self, one: Seen, ceiling: int) -> "Pace":
        """Grow by two per round of `limite` answers, unless answers got slow: then more in flight would only queue.

        A server that never complained is tried out faster, up to a few requests.
        """
        if self.probing:
            return Pace(base=self.base)
        base = min(one.seconds, self.base * BASE_DRIFT) if self.base else one.seconds
        suave = one.seconds if self.suave is None else self.suave + SMOOTHING * (one.seconds - self.suave)
        quick = suave <= max(base * SLOW_FACTOR, QUICK_SECONDS)
        untried = self.reduzido_em is None and self.limite < FEW
        step = (1.0 if untried else STEP / self.limite) if quick else 0.0
        return replace(self, limite=min(self.limite + step, float(ceiling)), base=base, suave=suave, falhas=0, espera=0)

    def _failed(self, one: Seen, now: datetime) -> "Pace":
        """Halve once for all that was in flight together; open when nothing else comes any more."""
        pace = self
        if self.reduzido_em is None or one.began > self.reduzido_em:
            pace = replace(self, falhas=self.falhas + 1, limite=max(self.limite / 2, 1.0), reduzido_em=now)
        if one.retry_after is not None:
            return replace(pace, aberto_ate=_later(self.aberto_ate, now + timedelta(seconds=one.retry_after)))
        if self.probing or pace.falhas >= OPEN_AFTER:
            return pace._opened(now)
        return pace

    @property
    def pause(self) -> float:
        """Seconds to wait before the next request while failures follow one another."""
        return min(FIRST_PAUSE * 2**self.falhas, LONGEST_PAUSE) if self.falhas else 0.0

    def _opened(self, now: datetime) -> "Pace":
        if self.open(now):
            return self
        espera = min(self.espera * 2, LONGEST_WAIT) if self.espera else FIRST_WAIT
        return replace(self, espera=espera, aberto_ate=now + timedelta(seconds=espera), limite=1.0)


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


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
