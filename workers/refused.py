"""Queues that a broker alone refuses while it takes the rest: RabbitMQ may have lost one, or most of its nodes.

Who cannot send into one queue cannot tell that from a broker that goes at this moment: nothing is said of the first
time, and that queue waits before it is tried again.
"""

import math
import time
from collections.abc import Callable

from core.logs import get_logger

# For so long after it took something a broker is held to be there.
PROVEN_SECONDS = 8.0
# A lost queue may hold up its sender for as long as it waits: it is not tried at each look.
AGAIN_SECONDS = 30.0
log = get_logger(__name__)


class Refused:
    """The queues that were refused alone, until they take something."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._taken_at = -math.inf
        self._times: dict[str, tuple[int, float]] = {}

    def waits(self, queue: str) -> bool:
        """Tell whether it is not tried yet."""
        return queue in self._times and self._now() - self._times[queue][1] < AGAIN_SECONDS

    def is_alone(self, queue: str, began: float, fault: Exception) -> bool:
        """Tell whether a broker that is there refused it, at a try that began then; it waits for itself then."""
        if began - self._taken_at >= PROVEN_SECONDS:
            return False
        times = self._times.get(queue, (0, 0.0))[0] + 1
        self._times[queue] = times, self._now()
        if times == 2:
            log.warning("the broker takes others and refuses this, beat tries again", queue=queue, fault=str(fault))
        return True

    def taken(self, queue: str) -> None:
        """Note that it took something."""
        self._taken_at = self._now()
        if self._times.pop(queue, (0, 0.0))[0] > 1:
            log.warning("the broker takes what it refused", queue=queue)

    def all_again(self) -> None:
        """The broker itself is away: none waits any longer than others."""
        self._times = {queue: (times, -math.inf) for queue, (times, _) in self._times.items()}
