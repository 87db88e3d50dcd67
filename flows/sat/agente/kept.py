"""What was read of a box and not sent yet: a file each, in their order, no more than some.

What the disk does not take stays in memory, so a full disk costs what a kill would lose and nothing else.
"""

import contextlib
import json
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from core import owner
from core.text import os_fault, plural
from flows.sat.agente import files

SUFFIX = ".json"
MOST_IN_MEMORY = 1000
# So many times the others wait for one that cannot be read: the centre takes none that is older than its last.
PATIENCE = 5
FIELDS = {"leitura", "relogio", "ligada_ha", "partida"}
Reading = Mapping[str, Any]


class Kept:
    """The readings of one box that wait. `fault` says why the disk takes none now, `lost` how many had to go."""

    def __init__(self, folder: Path, most: int) -> None:
        owner.make_folder(folder, 0o700)
        for draft in folder.glob(f"*{SUFFIX}{files.PART}"):
            draft.unlink(missing_ok=True)
        self._folder, self._most = folder, most
        self._numbers = sorted(int(path.stem) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit())
        self._next = self._numbers[-1] + 1 if self._numbers else 1
        self._memory: dict[int, Reading] = {}
        self._unread: Counter[int] = Counter()
        self.fault: str | None = None
        self.lost = 0

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, reading: Reading) -> None:
        """Keep one more; the oldest goes where there are too many."""
        self._memory[self._next] = reading
        self._numbers.append(self._next)
        self._next += 1
        self._store()
        while len(self._numbers) > self._most or len(self._memory) > MOST_IN_MEMORY:
            oldest = self._numbers[0] if len(self._numbers) > self._most else min(self._memory)
            self.remove([oldest])
            self.lost += 1

    def first(self, amount: int) -> list[tuple[int, Reading]]:
        """Return the oldest with their numbers; what the disk has kept badly is lost.

        Raises:
            OSError: the oldest cannot be read now; none is lost.
        """
        found: list[tuple[int, Reading]] = []
        fault: OSError | None = None
        for number in list(self._numbers):
            if len(found) == amount:
                break
            try:
                reading = self._memory.get(number) or _read(files.read(self._path(number)))
            except OSError as error:
                fault = error
                if self._is_waited_for(number):
                    break
                continue
            if reading is None:
                self.remove([number])
                self.lost += 1
            else:
                found.append((number, reading))
        if fault and not found:
            raise fault
        return found

    def remove(self, numbers: Collection[int]) -> None:
        """Forget these. Where the disk lets none go they are sent once more after the next start, and cost nothing."""
        gone = set(numbers)
        self._numbers = [one for one in self._numbers if one not in gone]
        for number in gone:
            self._memory.pop(number, None)
            self._unread.pop(number, None)
            with contextlib.suppress(OSError):
                self._path(number).unlink(missing_ok=True)

    def _is_waited_for(self, number: int) -> bool:
        """Tell whether the others wait for one that could not be read."""
        self._unread[number] += 1
        return self._unread[number] < PATIENCE

    def _store(self) -> None:
        """Write what is in memory only."""
        try:
            for number, reading in sorted(self._memory.items()):
                files.write(self._path(number), json.dumps(reading))
                del self._memory[number]
        except OSError as error:
            waiting = plural(len(self._memory), "leitura fica", "leituras ficam")
            self.fault = f"Não consegui guardar em {self._folder}: {os_fault(error)}; {waiting} só na memória."
        else:
            self.fault = None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012d}{SUFFIX}"


def _read(text: str | None) -> Reading | None:
    """Return a reading as it was kept; None where it is none any more."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.keys() >= FIELDS else None
