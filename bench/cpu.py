"""The CPU seconds that a run took, of every process that has a part in it: ours, the database's and the broker's."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> tuple[int, float] | None:
    """Return the parent and the CPU seconds of a process and its ended children; none for the gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(map(int, fields[11:15])) / TICK


def tree(roots: Iterable[int]) -> dict[int, float]:
    """Return the CPU seconds of these processes and of all below them, by number."""
    known = {int(one.name): found for one in Path("/proc").glob("[0-9]*") if (found := _stat(int(one.name)))}
    wanted, size = set(roots), -1
    while size != len(wanted):
        size = len(wanted)
        wanted |= {pid for pid, (parent, _) in known.items() if parent in wanted}
    return {pid: known[pid][1] for pid in wanted if pid in known}


class Meter:
    """CPU seconds since it was made of this process and of everything it started, but for some.

    `apart` are processes that only play the outside, and `without` the seconds this process spends on the bench itself.
    """

    def __init__(self, apart: Iterable[int] = ()) -> None:
        self._apart = tuple(apart)
        self._began = self._now()
        self._own = time.process_time()

    def _now(self) -> dict[int, float]:
        played = tree(self._apart)
        return {pid: seconds for pid, seconds in tree([os.getpid()]).items() if pid not in played}

    def seconds(self) -> float:
        """Return the seconds until now, this process's own included."""
        return sum(seconds - self._began.get(pid, 0.0) for pid, seconds in self._now().items())

    def own(self) -> float:
        """Return the seconds of this process alone."""
        return time.process_time() - self._own
