"""Put a database in order after much was deleted: its planner learns how large its tables are, its file shrinks."""

import sqlite3
import time
from itertools import takewhile
from typing import Any

from sqlalchemy import Engine, text

from core.errors import Transient, UsageError
from storage.metadata import metadata
from storage.session import engine, explained

# SQLite gives pages back while it holds the write lock, so few at a time.
PAGES, SECONDS = 500, 5.0
ANALYZE_SECONDS = 30.0
CHANGED = "SELECT relname, n_mod_since_analyze FROM pg_stat_user_tables WHERE schemaname = current_schema()"
# So many rows of an index tell enough of it.
ROWS = 1000


def tidy() -> int:
    """Do it; return how many pages a SQLite file gave back to the disk."""
    with explained():
        if engine().dialect.name == "postgresql":
            _analyze(engine())
            return 0
        return _shrink(engine())


def _analyze(of: Engine) -> None:
    """Look at every table for a moment, the most changed ones first; what is left then is first tomorrow."""
    ends = time.monotonic() + ANALYZE_SECONDS
    with of.connect() as connection:
        changed: dict[str, int] = {name: amount for name, amount in connection.execute(text(CHANGED))}  # noqa: C416
    tables = sorted(metadata().tables, key=lambda name: -changed.get(name, 0))
    for name in takewhile(lambda _: time.monotonic() < ends, tables):
        with of.begin() as connection:
            connection.execute(text(f"ANALYZE {name}"))


def _shrink(of: Engine) -> int:
    """Optimize, then give free pages back for a moment; of a file that cannot, none. The rest waits for tomorrow."""
    with of.begin() as connection:
        connection.execute(text(f"PRAGMA analysis_limit = {ROWS}"))
        connection.execute(text("PRAGMA optimize"))
    ends, given = time.monotonic() + SECONDS, 0
    while (back := _give_back(of)) and time.monotonic() < ends:
        given += back
    return given


def _give_back(of: Engine) -> int:
    """Give some free pages back, in a transaction of its own; return how many."""
    raw = of.raw_connection()
    try:
        driver: Any = raw.driver_connection
        before = _free(driver)
        # A step of this statement is one page: only a script is carried out to its end.
        driver.executescript(f"PRAGMA incremental_vacuum({PAGES})")
        return before - _free(driver)
    except sqlite3.OperationalError:
        # busy: nothing is lost by giving back another day
        return 0
    finally:
        raw.close()


def _free(driver: Any) -> int:
    return int(driver.execute("PRAGMA freelist_count").fetchone()[0])


def compact() -> tuple[int, int]:
    """Write a SQLite file anew without its free pages, so that it can give back from now on; return its sizes in bytes.

    Raises:
        UsageError: the database is a server.
        Transient: somebody else is using the file.
    """
    if engine().dialect.name != "sqlite":
        raise UsageError("Só um SQLite se compacta assim; no PostgreSQL o autovacuum cuida disso.")
    with explained(), engine().connect() as connection:
        raw: Any = connection.connection.driver_connection
        before = _size(raw)
        try:
            raw.execute("PRAGMA auto_vacuum=INCREMENTAL")
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError as fault:
            raise Transient(f"Não consegui compactar o banco: pare a Esteira e tente de novo ({fault}).") from None
        return before, _size(raw)


def _size(driver: Any) -> int:
    """Return the bytes of a file, with what is still beside it."""
    pages, size = (driver.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size)
