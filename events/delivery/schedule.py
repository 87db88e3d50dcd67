"""When to try again: a small object that answers "again? when?".

docs/reference/contracts/webhooks_delivery.md §3.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from events.delivery.outcome import Outcome


@dataclass(frozen=True)
class Schedule:
    """Waits in seconds after attempt 1, 2, 3 …, each multiplied by a random factor within `jitter`."""

    waits: Sequence[float]
    jitter: float = 0.2
    draw: Callable[[], float] = random.random

    def wait(self, attempts: int, allowed: int, outcome: Outcome) -> float | None:
        """Return the seconds until the next attempt after `attempts` of them, none when there is no other."""
        if attempts >= allowed or attempts > len(self.waits):
            return None
        base = max(self.waits[attempts - 1], outcome.minimum)
        if outcome.retry_after is not None:
            base = max(base, outcome.retry_after)
        at_least = outcome.minimum > 0 or outcome.retry_after is not None
        low, high = (0.0 if at_least else -self.jitter), self.jitter
        return base * (1 + low + (high - low) * self.draw())
