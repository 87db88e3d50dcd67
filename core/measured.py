"""What this process has done since it last told: tasks, by how they ended and how long they took."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

INFINITE_MS = 2_147_483_647
BOUNDS_MS = (10, 100, 500, 1000, 5000, 15_000, 60_000, 300_000, INFINITE_MS)
WELL, BADLY = "bem", "mal"
# Task, outcome, bound of its duration.
Key = tuple[str, str, int]

_counted: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0])
_lock = threading.Lock()


@contextmanager
def task(name: str) -> Iterator[None]:
    """Measure a task: it ends well, or badly where it raises."""
    begun, ended = perf_counter(), BADLY
    try:
        yield
        ended = WELL
    finally:
        count(name, ended, (perf_counter() - begun) * 1000)


def count(name: str, ended: str, milliseconds: float) -> None:
    """Count a task that took so long."""
    bound = next(limit for limit in BOUNDS_MS if milliseconds <= limit or limit == INFINITE_MS)
    with _lock:
        row = _counted[name, ended, bound]
        row[0] += 1
        row[1] += round(milliseconds)


def taken() -> dict[Key, tuple[int, int]]:
    """Return, once, how many there were and their milliseconds."""
    with _lock:
        told = {key: (total, milliseconds) for key, (total, milliseconds) in _counted.items()}
        _counted.clear()
    return told


def give_back(told: dict[Key, tuple[int, int]]) -> None:
    """Take back what could not be told."""
    with _lock:
        for key, (total, milliseconds) in told.items():
            row = _counted[key]
            row[0] += total
            row[1] += milliseconds
