"""Where to look: destinations that may have something due, now or in a moment."""

import heapq
import time
from collections.abc import Collection, Iterable
from math import inf

# More than so many, and looking at all is as cheap.
MOST = 1000
# What is due later than this is left to the sweep.
SOON_SECONDS = 2.0


class Hints:
    """A set of destinations to look at; `everything` stands for all of them."""

    def __init__(self) -> None:
        self.everything = False
        self._now: set[int] = set()
        self._later: list[tuple[float, int]] = []
        self._given: frozenset[int] | None = frozenset()

    def __bool__(self) -> bool:
        self._ripen()
        return self.everything or bool(self._now)

    def add(self, destinos: Iterable[int]) -> None:
        """Look at these at once."""
        self._now.update(destinos)
        if len(self._now) > MOST:
            self.everything = True

    def add_later(self, destino_id: int, seconds: float) -> None:
        """Look at this one in so many seconds, if that is soon."""
        if seconds <= SOON_SECONDS:
            heapq.heappush(self._later, (time.monotonic() + seconds, destino_id))

    def give(self) -> frozenset[int] | None:
        """Return where the next turn looks (none: everywhere); until it is `looked_at` nothing of it is forgotten."""
        self._ripen()
        again = set() if self._given is None else self._given
        self.everything |= self._given is None
        self._given = None if self.everything else frozenset(self._now | again)
        self._now, self.everything = set(), False
        return self._given

    def looked_at(self, found: Collection[int], *, full: bool) -> None:
        """Note what a look found; when more waited than could be taken, those are looked for again."""
        given, self._given = self._given, frozenset()
        if full:
            self.everything |= given is None
            self._now |= set(given or ()) - set(found)

    def alarm(self) -> float:
        """Return the seconds until the next of them."""
        return max(self._later[0][0] - time.monotonic(), 0.0) if self._later else inf

    def _ripen(self) -> None:
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            self._now.add(heapq.heappop(self._later)[1])
