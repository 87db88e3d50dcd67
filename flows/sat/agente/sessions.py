"""Session numbers of one box: no number comes again soon, whenever the agent was killed.

The ER forbids the last 100 (docs/reference/contracts/sat.md §3.1). The file says where the next block begins.
"""

import random
from pathlib import Path

from flows.sat.agente import files

FIRST, LAST, BLOCK = 100_000, 999_999, 100


class Sessions:
    """Counts; a block at a time is written down before it is used."""

    def __init__(self, path: Path) -> None:
        self._path, self._next, self._left = path, 0, 0

    def next(self) -> int:
        """Return another number."""
        if not self._left:
            self._reserve()
        number = self._next
        self._next, self._left = _after(number, 1), self._left - 1
        return number

    def _reserve(self) -> None:
        try:
            begin = _noted(files.read(self._path) or "")
            files.write(self._path, f"{_after(begin, BLOCK)}\n")
        except OSError:
            # the same block may be read again after a kill: then these are not of it
            begin = random.randint(FIRST, LAST)
        self._next, self._left = begin, BLOCK


def _noted(text: str) -> int:
    """Return where the next block begins; anywhere, where the file does not say."""
    said = text.strip()
    known = int(said) if len(said) == len(str(LAST)) and said.isascii() and said.isdigit() else 0
    return known if FIRST <= known <= LAST else random.randint(FIRST, LAST)


def _after(number: int, steps: int) -> int:
    return FIRST + (number - FIRST + steps) % (LAST - FIRST + 1)
