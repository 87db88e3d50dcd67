"""How a connector may use the network, and when a request that failed is made again."""

import random
from dataclasses import dataclass

from connectors.base.faults import Fault
from core.errors import Transient

KIB = 1024


@dataclass(frozen=True)
class Policy:
    """Limits of one account; times in seconds, sizes in bytes.

    `overall` holds for a whole call: connecting, sending, the answer to its last byte, repeats and the pauses between.
    `ends` holds for all calls together: a moment of `time.monotonic`, beyond which nothing goes on.
    `read` is the longest silence (None: only `overall` counts). Of an answer that is a fault `error_limit` is read.
    """

    overall: float = 60.0
    connect: float = 5.0
    read: float | None = None
    attempts: int = 1
    first_pause: float = 0.5
    longest_pause: float = 30.0
    answer_limit: int = 4 * KIB * KIB
    error_limit: int = 64 * KIB
    ends: float | None = None

    def deadline(self, now: float) -> float:
        """Return when a call that begins now has to be over."""
        return now + self.overall if self.ends is None else min(now + self.overall, self.ends)


class Attempts:
    """Counts the attempts of one call. A request that may have been stored is repeated only when that is harmless."""

    def __init__(self, policy: Policy, *, harmless: bool) -> None:
        self._policy, self._harmless = policy, harmless
        self._made = 0

    def pause(self, fault: Fault) -> float | None:
        """Return after how many seconds to try again; None when it is not to be tried again."""
        self._made += 1
        again = isinstance(fault, Transient) and (self._harmless or not fault.may_be_stored)
        if not again or self._made >= self._policy.attempts:
            return None
        grown = min(self._policy.first_pause * 2.0 ** (self._made - 1), self._policy.longest_pause)
        asked = fault.retry_after
        if asked is not None and asked > self._policy.longest_pause:
            return None
        return max(asked or 0.0, grown * random.uniform(0.8, 1.2))
