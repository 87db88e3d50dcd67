"""Make a backup of a SQLite database: a copy, proven, packed, proven again, and only then given its name."""

import hashlib
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import file_lock
from core.clock import SYSTEM, Clock
from core.errors import Conflict, UsageError
from core.settings.core import CoreSettings
from storage import crypto, locking
from storage.backup import archive, durable, folder, snapshot
from storage.backup.manifest import Manifest, program

FOLDER, LOCK_FILE = "backups", "backup.lock"
NOT_SQLITE = "Este banco é um servidor: o backup dele é o do pg_dump."


@dataclass(frozen=True)
class Made:
    """A backup that is there: its file, what it says of itself, its size in bytes, and which older ones went."""

    path: Path
    manifest: Manifest
    size: int
    removed: Sequence[Path] = ()


def here() -> Path:
    """Return the folder in which backups are made when none is named."""
    return CoreSettings.current().data_dir / FOLDER


def source() -> Path:
    """Return the file of the configured SQLite database; raise `UsageError` for a server."""
    found = snapshot.file_of(CoreSettings.current().database)
    if found is None:
        raise UsageError(NOT_SQLITE)
    return found


def origin(database: Path) -> str:
    """Return what tells the backups of this database from those of another one in the same folder."""
    return f"{socket.gethostname()}:{database}"


def make(
    target: Path | None = None,
    *,
    with_keys: bool = False,
    keep: int | None = None,
    why: str = "",
    clock: Clock = SYSTEM,
) -> Made:
    """Make a backup in a folder, or of the name that ends in `.zip`; keep so many of this database there.

    Raises:
        UsageError: there is no such folder or database. Conflict: another backup of it is being made, or the name is
        taken. Transient: no room, or busy. Rejected: the database is damaged.
    """
    database, wanted = source(), (here() if target is None else target).absolute()
    named = wanted.suffix == folder.SUFFIX
    into = wanted.parent if named else wanted
    if named and (keep is not None):
        raise UsageError("Só se pode manter um número de backups em uma pasta.", campo="manter")
    if named and wanted.exists():
        raise Conflict(f"{wanted} já existe.")
    if target is not None:
        durable.check_parent(wanted)
    with alone():
        # what a killed one left must not take the room of all that follow
        durable.sweep_drafts(into, mark(database))
        durable.make_room(into, 2 * _size(database))
        path = wanted if named else folder.new_name(into, clock.now(), why)
        said = _written(database, path, with_keys, clock.now())
        gone = folder.rotate(into, said.origem, keep, path) if keep is not None else ()
    return Made(path, said, path.stat().st_size, gone)


def mark(database: Path) -> str:
    """Return what tells the drafts of this database from those of others."""
    return hashlib.sha256(origin(database).encode()).hexdigest()[:8]


def _size(database: Path) -> int:
    """Return the bytes of a database and of what is still beside it."""
    files = [database, *(database.with_name(database.name + end) for end in snapshot.BESIDE)]
    return sum(file.stat().st_size for file in files if file.is_file())


@contextmanager
def alone() -> Iterator[None]:
    """Be the one backup of this data folder."""
    with locking.opened(CoreSettings.current().data_dir / LOCK_FILE) as held:
        if not file_lock.lock(held):
            raise Conflict("Já há um backup deste banco em andamento.")
        yield


def _written(database: Path, path: Path, with_keys: bool, now: datetime) -> Manifest:
    keys, whose = crypto.stored_keys(), mark(database)
    # in the same folder, so that the copy is as private as the backup and has the room that was looked for
    with durable.draft_of(path, whose) as draft, durable.draft_of(path.with_name(f"{path.name}.db"), whose) as copied:
        snapshot.copy(database, copied)
        revision, rows = snapshot.prove(copied)
        said = Manifest(
            programa=program(),
            criado_em=now,
            origem=origin(database),
            migracao=revision,
            linhas=rows,
            tamanho=copied.stat().st_size,
            sha256="0" * 64,
            chaves=tuple(crypto.name_of(key) for key in keys),
        )
        with draft.open("r+b") as file:
            archive.write(file, copied, said, keys if with_keys else None)
        with archive.opened(draft) as written:
            written.prove()
            said = written.manifest
        durable.keep(draft, path)
    return said
