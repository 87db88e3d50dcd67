"""Put a backup in the place of a SQLite database that nobody uses; the one that was there is kept aside."""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine

from core.clock import SYSTEM, Clock
from core.errors import Conflict, Rejected
from storage import crypto, migrate, rotating, sequence
from storage.backup import archive, durable, folder, making, snapshot
from storage.backup.archive import Archive
from storage.backup.manifest import Manifest

IN_USE = "O banco {} está em uso: pare a Esteira (todos os processos) e tente de novo."
NEWER = "O backup é de um banco mais novo ({}) que este programa ({}): atualize o programa antes de restaurar."
STRANGE = "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY type, name"
NUMBERS = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sequencia'"
KINDS = {"trigger": "gatilho", "view": "visão"}
OTHER = "O banco dentro de {} não é o que o manifesto diz: o arquivo foi alterado."


@dataclass(frozen=True)
class Restored:
    """A database that came back: what its backup says, where the one before it is, how many secrets no key opens.

    `dropped` are the triggers and views that were in it, in words.
    """

    manifest: Manifest
    aside: Path | None
    sealed: int
    keys_written: int = 0
    dropped: tuple[str, ...] = ()


def look(path: Path) -> Manifest:
    """Return what a backup says of itself, after reading all of it."""
    with archive.opened(path) as found:
        found.prove()
        return found.manifest


def restore(path: Path, clock: Clock = SYSTEM) -> Restored:
    """Restore a backup. Whoever asks holds the data folder, so that no line starts meanwhile.

    Raises:
        NotFound, Rejected: there is no such file, or it is no backup, truncated, altered or of a newer program.
        Conflict: the database is in use. Transient: no room.
    """
    database = making.source()
    with making.alone(), archive.opened(path) as found:
        if found.manifest.migracao > migrate.HEAD:
            raise Rejected(NEWER.format(found.manifest.migracao, migrate.HEAD))
        durable.sweep_drafts(database.parent, making.mark(database))
        durable.make_room(database.parent, found.manifest.tamanho)
        with durable.draft_of(database, making.mark(database)) as draft:
            _unpack(found, draft, path)
            dropped = _drop_strange(draft)
            _leap(draft)
            keys = found.keys()
            aside = _set_aside(database, clock.now())
            written = _write_keys(keys)
            durable.keep(draft, database)
        return Restored(found.manifest, aside, _sealed(database), written, dropped)


def _unpack(found: Archive, draft: Path, path: Path) -> None:
    with draft.open("r+b") as file:
        for part in found.database():
            file.write(part)
    revision, rows = snapshot.prove(draft)
    if (revision, rows) != (found.manifest.migracao, found.manifest.linhas):
        raise Rejected(OTHER.format(path))


def _drop_strange(draft: Path) -> tuple[str, ...]:
    """Drop what runs by itself, and return it in words: Esteira makes no triggers and no views, a stranger may."""
    with _changing(draft) as copied:
        # a view takes its triggers with it
        found = copied.execute(STRANGE).fetchall()
        for kind, name in found:
            copied.execute('DROP {} "{}"'.format(kind, name.replace('"', '""')))
    return tuple(f"{KINDS[kind]} {name}" for kind, name in found)


def _leap(draft: Path) -> None:
    """Let sequence numbers go on above all that receivers can have seen since the backup."""
    with _changing(draft) as copied:
        # the first version of all gave none
        if copied.execute(NUMBERS).fetchone():
            for statement in sequence.restored_sql(f"'{sequence.OTHERS}'"):
                copied.execute(statement)


@contextmanager
def _changing(draft: Path) -> Iterator[sqlite3.Connection]:
    """Open a draft such that nothing is left beside it: who is killed meanwhile leaves a draft."""
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as copied:
            copied.execute("PRAGMA journal_mode=MEMORY")
            yield copied
    except snapshot.FAULTS as fault:
        raise Rejected(snapshot.DAMAGED.format(str(fault)[:200])) from None


def _set_aside(database: Path, now: datetime) -> Path | None:
    """Give the present database a second name; its first goes to the backup in one step, so that it never is nobody's.

    What stands beside it goes into it first, or with it: over the restored file it would be played as that one's.
    """
    if not database.exists():
        _drop_beside(database, None)
        return None
    _close(database)
    aside = _free(database.with_name(f"{database.name}.antes-de-restaurar-{now:{folder.STAMP}}"))
    try:
        os.link(database, aside)
    except OSError:
        # a disk that knows no second names
        shutil.copy2(database, aside)
    _drop_beside(database, aside)
    return aside


def _free(path: Path) -> Path:
    names = (path.with_name(f"{path.name}{more}") for more in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(name for name in names if not name.exists())


def _close(database: Path) -> None:
    """Let a database write all that is beside it into itself, which it does only when nobody else has it open."""
    try:
        with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as present:
            free = present.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    except snapshot.FAULTS as fault:
        if getattr(fault, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Conflict(IN_USE.format(database)) from None
        # what is no database, or a damaged one, is kept aside as it is
        return
    if not free:
        raise Conflict(IN_USE.format(database))


def _drop_beside(database: Path, aside: Path | None) -> None:
    for end in snapshot.BESIDE:
        left = database.with_name(database.name + end)
        if left.exists() and aside is not None:
            left.replace(aside.with_name(aside.name + end))
        else:
            left.unlink(missing_ok=True)


def _write_keys(of_backup: Sequence[str]) -> int:
    """Put the keys of a backup behind those of the key file; return how many are new. Keys of the settings stand."""
    new = [key for key in of_backup if key not in crypto.stored_keys()]
    if not new or crypto.are_set():
        return 0
    crypto.change_key_file(lambda present: [*(key for key in present if key not in of_backup), *of_backup])
    return len(new)


def _sealed(database: Path) -> int:
    """Return how many secrets of a database no key of here opens."""
    engine = create_engine(f"sqlite:///{database}")
    try:
        with engine.connect() as connection:
            return rotating.held_by(crypto.stored_keys(), connection).unreadable.total()
    finally:
        engine.dispose()
