"""What a process makes when it is first asked for, and keeps: a process that was forked makes its own."""

import os
from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class PerProcess(Generic[Thing]):
    """One of a kind in each process; `make` makes it, `end` closes it."""

    def __init__(self, make: Callable[[], Thing], end: Callable[[Thing], object]) -> None:
        self._make, self._end = make, end
        self._kept: tuple[int, Thing] | None = None

    def get(self) -> Thing:
        """Return this process's."""
        if self._kept is None or self._kept[0] != os.getpid():
            self._kept = (os.getpid(), self._make())
        return self._kept[1]

    def close(self) -> None:
        """Close this process's, if it has one; what it was forked with is its parent's."""
        kept, self._kept = self._kept, None
        if kept is not None and kept[0] == os.getpid():
            self._end(kept[1])
