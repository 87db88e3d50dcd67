"""Free ports and patience."""

import socket
import time
from collections.abc import Callable


def free_port() -> int:
    """Return a port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], seconds: float = 10.0, every: float = 0.05) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            raise AssertionError(f"not within {seconds} s: {condition}")
        time.sleep(every)
