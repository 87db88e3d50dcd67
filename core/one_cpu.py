"""Threads that take turns, on one CPU while there is little to do: its caches still hold what the next one needs.

Between two events of a trickle a CPU forgets much, and a thread that is woken on another CPU finds nothing at all; a
pump's two threads cost a sixth less together. Whoever has much to do is let go of: the system then spreads the threads.
"""

import contextlib
import os
import threading
from collections.abc import Iterable
from pathlib import Path

_THREADS, _MINE = Path("/proc/self/task"), Path("/proc/thread-self/stat")
# Where in a thread's line the CPU stands on which it ran last, behind the name in brackets (man 5 proc).
_PROCESSOR = 36
KNOWN = hasattr(os, "sched_setaffinity") and _MINE.exists()
# After so many looks the system chooses anew, for as long as one look.
LOOKS = 20


class OneCpu:
    """The place of some threads of this process; used by one of them."""

    def __init__(self) -> None:
        # of the first thread, which nobody keeps anywhere
        self._anywhere = os.sched_getaffinity(os.getpid()) if KNOWN else set[int]()
        self._looks = 0
        self._together = False

    def look(self, others: Iterable[threading.Thread], *, calm: bool) -> None:
        """Keep these threads and the caller's on one CPU while it is calm; every now and then the system chooses it."""
        self._looks += 1
        if not calm or self._looks % LOOKS == 0:
            self.leave()
        elif not self._together and len(self._anywhere) > 1:
            self._together = True
            here = {threading.get_native_id(), *(one.native_id for one in others if one.native_id)}
            with contextlib.suppress(OSError, ValueError):
                self._put(here, {_cpu()})

    def leave(self) -> None:
        """Let every thread run anywhere: those that began meanwhile have their place from the one that began them."""
        if self._together:
            self._together = False
            with contextlib.suppress(OSError, ValueError):
                self._put((int(one.name) for one in _THREADS.iterdir()), self._anywhere)

    def _put(self, threads: Iterable[int], cpus: set[int]) -> None:
        for number in threads:
            # one may have ended meanwhile
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(number, cpus)


def _cpu() -> int:
    """Return the CPU on which this thread runs."""
    return int(_MINE.read_text().rpartition(")")[2].split()[_PROCESSOR])
