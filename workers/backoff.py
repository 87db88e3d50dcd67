"""How long a process that ended waits before it starts again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BackOff:
    """How long a process that ended waits before it starts again."""

    first: float = 0.2
    longest: float = 10.0
    healthy: float = 30.0

    def after(self, life: float, last: float) -> float:
        """Return the wait after a life of so many seconds, given the wait before it (0: none)."""
        if life >= self.healthy or last <= 0:
            return self.first
        return min(last * 2, self.longest)
