"""One moment of a SQLite database in a file of its own: copied beside its writers, then proven."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from core.errors import Rejected, Transient, UsageError
from storage.faults import BUSY, CANNOT_OPEN, FULL, NOT_SQLITE
from storage.session import BUSY_SECONDS

# What stands beside a SQLite file and belongs to it alone; over another file it would be played as that one's.
BESIDE = ("-wal", "-shm", "-journal")
DAMAGED = "O banco de dados está danificado ({}): não há backup que valha."
# What a file that is no database, or a crafted one, makes the driver raise; its words may be no text.
FAULTS = (sqlite3.Error, UnicodeDecodeError)
_NOT_NOW = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite address; none for a server, or for a database in memory.

    Where a link stands in its place it is the file itself: what SQLite has beside it is there, and the link is no disk.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(os.path.realpath(parsed.database))


def copy(source: Path, target: Path) -> None:
    """Copy what is committed now into an empty file; writers go on meanwhile, and what they write is not in it.

    It is one step under one look: a copy in many steps begins anew whenever another process has written in between,
    and so never ends beside a busy writer.
    """
    if not source.is_file():
        raise UsageError(f"Não há banco de dados em {source}.")
    ends = time.monotonic() + BUSY_SECONDS

    def patient(status: int, _remaining: int, _total: int) -> None:
        # without this the driver would ask for ever
        if status in _NOT_NOW and time.monotonic() > ends:
            raise Transient(BUSY)

    try:
        with closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as live, closing(sqlite3.connect(target)) as made:
            made.execute("PRAGMA synchronous=OFF")
            live.backup(made, pages=-1, progress=patient, sleep=0.05)
            # one file, with nothing beside it
            made.execute("PRAGMA journal_mode=DELETE")
    except FAULTS as fault:
        raise told(fault) from None


def told(fault: sqlite3.Error | UnicodeDecodeError) -> Transient | Rejected | UsageError:
    """Return a driver's fault as ours."""
    if isinstance(fault, UnicodeDecodeError):
        return Rejected(NOT_SQLITE)
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return Rejected(NOT_SQLITE)
    if code == sqlite3.SQLITE_CANTOPEN:
        return UsageError(CANNOT_OPEN)
    return Transient(BUSY if code in _NOT_NOW else FULL)


def prove(path: Path) -> tuple[str, dict[str, int]]:
    """Look through a whole copy; return its revision and the rows of each table, or raise `Rejected`."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as copied:
            said = [row[0] for row in copied.execute("PRAGMA integrity_check(3)")]
            if said != ["ok"]:
                raise Rejected(DAMAGED.format("; ".join(said)[:200]))
            return _revision(copied), _counted(copied)
    except FAULTS as fault:
        raise Rejected(DAMAGED.format(str(fault)[:200])) from None


def _revision(copied: sqlite3.Connection) -> str:
    try:
        found = copied.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        found = None
    if found is None:
        raise Rejected("O arquivo não é um banco de dados da Esteira.")
    return str(found[0])


def _counted(copied: sqlite3.Connection) -> dict[str, int]:
    """Return the rows of each table; what SQLite keeps for itself, and the insides of a search index, are not ours."""
    listed = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"  # noqa: E501
    names = sorted(row[0] for row in copied.execute(listed))
    return {name: copied.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
