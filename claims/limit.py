"""How many requests at once the other side can take: found out by trying, up after answers, down when it complains."""

from dataclasses import dataclass, replace
from datetime import datetime

FIRST = 2.0
STEP, FEW = 2.0, 16
SLOW_FACTOR, QUICK_SECONDS = 3.0, 0.3
SMOOTHING, QUICKEST_DRIFT = 0.2, 1.001


@dataclass(frozen=True)
class Limit:
    """What is known: `value` requests may be in flight; `quickest` and `usual` answer in seconds; when it last fell."""

    value: float = FIRST
    quickest: float | None = None
    usual: float | None = None
    fell_at: datetime | None = None

    def answered(self, seconds: float, ceiling: float) -> "Limit":
        """Grow by two per round of `value` answers, unless answers got slower: more in flight would only queue.

        A server that never complained is tried faster at first: twice as many after each round, up to `FEW`.
        """
        quickest = min(seconds, self.quickest * QUICKEST_DRIFT) if self.quickest else seconds
        usual = seconds if self.usual is None else self.usual + SMOOTHING * (seconds - self.usual)
        quick = usual <= max(quickest * SLOW_FACTOR, QUICK_SECONDS)
        return Limit(self._more(ceiling) if quick else self.value, quickest, usual, self.fell_at)

    def grown(self, ceiling: float) -> "Limit":
        """Grow after an answer, however long it took."""
        return replace(self, value=self._more(ceiling))

    def _more(self, ceiling: float) -> float:
        untried = self.fell_at is None and self.value < FEW
        return min(self.value + (1.0 if untried else STEP / self.value), ceiling)

    def overloaded(self, began: datetime, now: datetime) -> "Limit":
        """Halve once for all that was in flight together; `began` is when the request was made."""
        if not self.falls(began):
            return self
        return replace(self, value=max(self.value / 2, 1.0), fell_at=now)

    def falls(self, began: datetime) -> bool:
        """Tell whether an overload of a request made then is news."""
        return self.fell_at is None or began > self.fell_at
