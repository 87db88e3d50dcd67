"""A circuit breaker: after several failures in a row only a probe goes out now and then."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Limits:
    """After how many failures in a row it opens, and how long a probe then waits: doubled by each that fails."""

    open_after: int
    first_wait: int
    longest_wait: int


@dataclass(frozen=True)
class Breaker:
    """Failures in a row, and the seconds between probes (0: closed); when the next one is due is kept elsewhere."""

    failures: int = 0
    wait: int = 0

    @property
    def open(self) -> bool:
        """Whether only a probe may go out, when its time has come."""
        return self.wait > 0

    def failed(self, amount: int = 1) -> "Breaker":
        """Return it after more failures; `judged` then says what follows from them."""
        return replace(self, failures=self.failures + amount)

    def judged(self, limits: Limits, *, probed: bool) -> "Breaker":
        """Open it after too many failures; `probed` says that the last one was a probe, so the next waits longer."""
        if self.failures < limits.open_after:
            return replace(self, wait=0)
        if not self.open:
            return replace(self, wait=limits.first_wait)
        return replace(self, wait=min(self.wait * 2, limits.longest_wait)) if probed else self
