"""Free ports and patience."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from workers.ports import free_ports

# A guard against hanging alone: a test that waits says for what, never for how long.
PATIENCE_SECONDS = 120.0
# What ends by itself, instead of after half a minute or never, ends in this time on the slowest machine too.
SOON_SECONDS = 30.0
# What the work of `slowness` takes on a machine of today that does nothing else.
QUIET_SECONDS = 0.1


def free_port() -> int:
    """Return a port of loopback that was free a moment ago, and that no system lends meanwhile."""
    return free_ports(1)[0]


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS, every: float = 0.05) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            raise AssertionError(f"not within {seconds} s: {condition}")
        time.sleep(every)


@contextmanager
def soon(seconds: float = SOON_SECONDS) -> Iterator[None]:
    """Fail when the block takes as long as it would without what it is to show."""
    began = time.monotonic()
    yield
    assert (took := time.monotonic() - began) < seconds, f"{took:.1f} s"


def slowness() -> float:
    """Return how many times longer things take here and now than on a quiet machine; 1 at least."""
    began = time.monotonic()
    for _ in range(4):
        sum(range(1_000_000))
    return max(1.0, (time.monotonic() - began) / QUIET_SECONDS)
