"""Two processes that burn a core each: what a machine without idle time does to the figures."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PROCESSES = 2
BURN = "while True: pass"


@contextmanager
def busy(wanted: bool) -> Iterator[list[int]]:
    """Run them beside the block, if wanted; give their numbers."""
    began = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(PROCESSES if wanted else 0)]
    try:
        yield [process.pid for process in began]
    finally:
        for process in began:
            process.kill()
            process.wait()
