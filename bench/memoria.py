"""The memory of a running line over time: PSS of all its processes, so that shared pages count once."""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from statistics import median

EVERY_SECONDS = 20.0
SHARE = 5


def pss(pids: Iterable[int]) -> float:
    """Return the MiB of these processes."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
            total += int(found[1]) if found else 0
    return total / 1024


class Watch:
    """Looks every so often until the end of its block."""

    def __init__(self, groups: Callable[[], dict[str, list[int]]], every: float = EVERY_SECONDS) -> None:
        self.looks: list[Counter[str]] = []
        self._groups, self._every = groups, every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._over.wait(self._every):
            self.looks.append(Counter({name: int(pss(pids)) for name, pids in self._groups().items()}))

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def tell(self) -> None:
        """Print each group's memory in the second and in the last fifth, and how it grew."""
        if len(self.looks) < SHARE:
            return
        size = len(self.looks) // SHARE
        early, late = self.looks[size : 2 * size], self.looks[-size:]
        for name in sorted({name for look in self.looks for name in look}):
            first, last = (median(look[name] for look in looks) for looks in (early, late))
            print(
                f"memória de {name}: {first:.0f} MiB no segundo quinto, {last:.0f} MiB no último ({last - first:+.0f})"
            )


def seconds_text(began: float) -> str:
    """Return the time since an instant as minutes and seconds."""
    minutes, seconds = divmod(int(time.monotonic() - began), 60)
    return f"{minutes:02d}:{seconds:02d}"
