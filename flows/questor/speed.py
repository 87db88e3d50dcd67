"""How fast one sender may be now, by clocks that never go back: places, pauses, spacing."""

import time
from collections import deque
from dataclasses import dataclass, field

from flows.questor.account import Standing
from flows.questor.pace import Pacer

# What was accepted within it is what the server takes now.
ACCEPTED_SECONDS = 5.0


@dataclass
class Speed:
    """How many requests may be in flight and are, among how many senders, and when the next may begin."""

    allowed: int = 0
    in_flight: int = 0
    senders: int = 1
    rate: float | None = None
    resume: float = 0.0
    pacer: Pacer = field(default_factory=Pacer)
    accepted: deque[float] = field(default_factory=deque)
    began: float = field(default_factory=time.monotonic)

    @property
    def free(self) -> bool:
        """Whether a request may begin now."""
        return self.in_flight < self.allowed and not self.wait()

    def wait(self) -> float:
        """Return the seconds until a request may begin, as far as the clock decides."""
        now = time.monotonic()
        return max(self.resume - now, self.pacer.wait(now), 0.0)

    def begin(self) -> None:
        """Note that a request begins."""
        self.in_flight += 1
        self.pacer.begun(time.monotonic())

    def pause(self, seconds: float) -> None:
        """Let no request begin for so long."""
        if seconds > 0:
            self.resume = max(self.resume, time.monotonic() + seconds)

    def stand(self, standing: Standing, rate: float | None) -> None:
        """Keep to what the account allows from now on."""
        self.allowed, self.senders, self.rate = standing.allowed, standing.senders, rate
        self.pacer.allow(rate / standing.senders if rate else None)

    def answered(self) -> None:
        """Note a request that the server took."""
        now = time.monotonic()
        self.accepted.append(now)
        while self.accepted[0] < now - ACCEPTED_SECONDS:
            self.accepted.popleft()

    def accepted_per_second(self) -> float:
        """Return how many a second all senders of the account had answered of late, as far as this one can tell.

        Right after a pause nothing can be told but how many were allowed.
        """
        now = time.monotonic()
        since = max(self.began, self.resume, now - ACCEPTED_SECONDS)
        counted = self.senders * sum(at >= since for at in self.accepted) / max(now - since, 1.0)
        return counted if now - since >= 1.0 else max(counted, self.rate or 0.0)
