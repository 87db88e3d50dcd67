"""Take what arrives in a folder: wait until a file rests, import it, move it aside.

A file that was moved was imported. One that was imported and not moved, because somebody ended this process, is
imported again, which changes no document, and moved then.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.clock import SYSTEM, Clock
from core.documentos.paths import shown
from core.errors import UsageError
from core.logs import get_logger
from core.settings.core import CoreSettings
from core.text import os_fault
from flows.documentos.moving import Signature, give_back, is_held, move, signature

ENDINGS = (b".xml", b".zip")
REST = timedelta(seconds=5)
BATCH = 100
# Files in; of each in turn, as soon as it is stored, whether all of it was taken in.
Take = Callable[[Sequence[bytes]], Iterable[bool]]
log = get_logger(__name__)


@dataclass
class Round:
    """What one look came to; `esperando` are files that may still be written, `presos` those that cannot be moved."""

    importados: int = 0
    recusados: int = 0
    esperando: int = 0
    presos: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Folders:
    """The folder that is watched, and where what was taken from it is put."""

    pasta: bytes
    importados: bytes
    recusados: bytes

    @classmethod
    def of(cls, pasta: str, importados: str | None = None, recusados: str | None = None) -> "Folders":
        """Return the folders that a person names; raise `UsageError` for one that cannot be watched."""
        root = os.path.abspath(pasta)
        try:
            with os.scandir(root):
                pass
        except OSError as error:
            raise UsageError(f"Não consegui ler a pasta {root}: {os_fault(error)}.") from None
        aside = [os.path.abspath(said or os.path.join(root, name)) for said, name in _named(importados, recusados)]
        for campo, path in zip(("importados", "recusados"), aside, strict=True):
            if os.path.realpath(path) == os.path.realpath(root):
                raise UsageError("O que já foi tratado não pode ficar na pasta vigiada.", campo=campo)
        return cls(os.fsencode(root), *map(os.fsencode, aside))


def _named(importados: str | None, recusados: str | None) -> tuple[tuple[str | None, str], ...]:
    return (importados, "importados"), (recusados, "recusados")


class Watch:
    """Looks at a folder again and again; `take` imports files, and is asked for some at a time."""

    def __init__(self, folders: Folders, take: Take, *, rest: timedelta = REST, clock: Clock = SYSTEM) -> None:
        self._folders, self._take, self._rest, self._clock = folders, take, rest, clock
        self._seen: dict[bytes, tuple[Signature, datetime]] = {}
        self._taken: dict[bytes, tuple[Signature, bool]] = {}
        self._aside = {os.path.realpath(path) for path in (folders.importados, folders.recusados)}

    def look(self, stopping: Callable[[], bool] = lambda: False) -> Round:
        """Take what rests; a fault of the database goes up, and what was not taken by then is the next time."""
        done = Round()
        resting = self._resting()
        done.esperando = len(self._seen) - len(resting)
        for start in range(0, len(resting), BATCH):
            if stopping():
                break
            self._take_batch(resting[start : start + BATCH], done)
        return done

    def _resting(self) -> list[bytes]:
        """Return the files that are as they were for long enough, in the order of their names."""
        now = self._clock.now()
        before, self._seen = self._seen, {}
        for path, found in self._files():
            was, since = before.get(path, (None, now))
            # a clock that was set back begins to count anew
            self._seen[path] = found, since if was == found and since <= now else now
        self._taken = {path: one for path, one in self._taken.items() if self._seen.get(path, (None,))[0] == one[0]}
        return sorted(path for path, (_, since) in self._seen.items() if now - since >= self._rest)

    def _files(self) -> Iterator[tuple[bytes, Signature]]:
        waiting = [self._folders.pasta]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if is_held(entry.name):
                            _give_back(entry.path)
                        elif entry.name[:1] in (b".", b"~"):
                            continue
                        elif entry.is_dir(follow_symlinks=False):
                            waiting += [entry.path] if os.path.realpath(entry.path) not in self._aside else []
                        elif entry.name[-4:].lower() in ENDINGS and (found := _regular(entry)) is not None:
                            yield entry.path, found
            except OSError as error:
                log.warning("folder could not be read", pasta=shown(folder)[0], reason=os_fault(error))

    def _take_batch(self, paths: Sequence[bytes], done: Round) -> None:
        new = [path for path in paths if path not in self._taken]
        for path, accepted in zip(new, self._take(new) if new else (), strict=True):
            self._taken[path] = self._seen[path][0], accepted
        for path in paths:
            self._put_aside(path, *self._taken[path], done)

    def _put_aside(self, path: bytes, was: Signature, accepted: bool, done: Round) -> None:
        folder, name = os.path.split(os.path.relpath(path, self._folders.pasta))
        try:
            moved = move(path, os.path.join(self._target(accepted), folder), name, was)
        except OSError as error:
            done.presos.append(f"{shown(path)[0]}: {os_fault(error)}")
            return
        self._seen.pop(path, None)
        self._taken.pop(path, None)
        if moved is None:
            done.esperando += 1
        elif accepted:
            done.importados += 1
        else:
            done.recusados += 1

    def _target(self, accepted: bool) -> bytes:
        if not accepted:
            return self._folders.recusados
        month = self._clock.now().astimezone(CoreSettings.current().zone)
        return os.path.join(self._folders.importados, f"{month:%Y-%m}".encode())


def _give_back(path: bytes) -> None:
    """Let a file be seen at the next look that was being moved when somebody ended the process."""
    try:
        give_back(path)
    except OSError as error:
        log.warning("file could not be given its name back", caminho=shown(path)[0], reason=os_fault(error))


def _regular(entry: os.DirEntry[bytes]) -> Signature | None:
    try:
        seen = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return signature(seen) if stat.S_ISREG(seen.st_mode) else None
