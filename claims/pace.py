"""The pace of a key that several processes use: its budget is a bucket, a row, and every request takes a token."""

import random
import time
from collections.abc import Callable

from claims import bucket
from claims.bucket import Bucket
from core.clock import SYSTEM, Clock
from core.pace import Budget
from storage.session import transaction

# What may go at once, as a part of a minute's worth: the other side counts minutes, not tokens.
BURST = 10
CROWD = 1.1


def bucket_of(budget: Budget) -> Bucket:
    """Return the bucket of a budget that has a limit."""
    return Bucket(budget.nome, max(budget.per_minute // BURST, 1), 60 / budget.per_minute)


class SharedPace:
    """Draws on the buckets of all its budgets at once; a budget without limit has none."""

    def __init__(self, *budgets: Budget, clock: Clock = SYSTEM, sleep: Callable[[float], None] = time.sleep) -> None:
        self._buckets = [bucket_of(budget) for budget in budgets if budget.per_minute]
        self._clock, self._sleep = clock, sleep

    def take(self, seconds: float) -> bool:
        """Wait at most so many seconds for the right to make one request; tell whether it was given."""
        left = seconds
        while (wait := self._try()) > 0:
            if wait > left:
                return False
            # those who wait together do not come back together
            pause = min(wait * random.uniform(1, CROWD), left)
            self._sleep(pause)
            left -= pause
        return True

    def told(self, seconds: float) -> None:
        """Let nobody with this key make a request before that time has gone by."""
        if self._buckets:
            with transaction() as db:
                bucket.empty(db, self._buckets, self._clock.now(), seconds)

    def _try(self) -> float:
        """Take one token of each bucket, or none; return after how many seconds to try again."""
        if not self._buckets:
            return 0.0
        with transaction() as db:
            now = self._clock.now()
            granted = bucket.take(db, dict.fromkeys(self._buckets, 1), now)
            lacking = [one.wait for one in granted.values() if not one.tokens]
            if lacking:
                bucket.give_back(db, {one: got.tokens for one, got in granted.items()}, now)
        return max(lacking, default=0.0)
