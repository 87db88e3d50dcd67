"""How long to wait before trying again."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Waits in seconds after attempt 1, 2, 3 …, each multiplied by a random factor within `jitter`.

    After the last of them comes nothing, or with `for_ever` the last one again and again.
    """

    waits: Sequence[float]
    jitter: float = 0.2
    for_ever: bool = False
    draw: Callable[[], float] = random.random

    @classmethod
    def doubling(cls, first: float, longest: float, jitter: float = 0.2) -> "Backoff":
        """Return waits that double up to the longest one, which then repeats for ever."""
        waits = [first]
        while waits[-1] < longest:
            waits.append(min(waits[-1] * 2, longest))
        return cls(waits, jitter, for_ever=True)

    def wait(self, attempts: int, *, at_least: float = 0.0, asked: float | None = None) -> float | None:
        """Return the seconds until the next attempt after so many of them, None when there is no other.

        `at_least` is a minimum of our own, `asked` what the other side asked for: of either nothing is taken off.
        """
        if attempts > len(self.waits) and not self.for_ever:
            return None
        base = max(self.waits[min(attempts, len(self.waits)) - 1], at_least, asked or 0.0)
        low = 0.0 if at_least > 0 or asked is not None else -self.jitter
        return base * (1 + low + (self.jitter - low) * self.draw())
