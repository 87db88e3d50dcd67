"""One synchronous engine per process, made after the fork, and the two ways to use it: `transaction` and `reading`."""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from core import cut_off, owner
from core.errors import Misconfigured, PlatformError, Transient
from core.process import after_fork
from core.settings.core import CoreSettings
from core.text import os_fault
from storage import alive, revision, sums
from storage.faults import BUSY, explain, only_reads
from storage.sqlstate import connect

BUSY_SECONDS, CONNECT_SECONDS, LOOK_SECONDS = 30, 5, 0.002
READ_ONLY, PATIENCE = "esteira_read_only", "esteira_patience"
_engine: tuple[int, Engine] | None = None
_making = threading.Lock()
_closed_before: list[Callable[[], None]] = []


def connect_engine(url: str) -> Engine:
    """Build an engine with the settings each database needs; it does not connect yet.

    Its faults are told without the values of their statement: whole documents of people stand there.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed)
        return _server(parsed)
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise Misconfigured("core.database_url: use sqlite:///arquivo.db ou postgresql://servidor/banco.") from None
    except OSError as error:
        raise Misconfigured(f"core.database_url: não consegui criar a pasta do banco: {os_fault(error)}.") from None


def _server(url: URL) -> Engine:
    is_postgres = url.get_backend_name() == "postgresql"
    patience = {"connect_timeout": CONNECT_SECONDS, **cut_off.of_libpq()} if is_postgres else {}
    engine = create_engine(
        url,
        pool_pre_ping=not is_postgres,
        pool_size=2,
        max_overflow=8,
        connect_args=patience,
        hide_parameters=True,
    )
    if is_postgres:
        event.listen(engine, "do_connect", connect)
        event.listen(engine, "connect", _ask_of_server)
        event.listen(engine, "checkout", alive.check)
        event.listen(engine, "handle_error", _leave)
    return engine


def _leave(told: ExceptionContext) -> None:
    """Let go of all connections to a server that only reads; new ones may come to the one that writes."""
    if only_reads(told.original_exception):
        told.is_disconnect = True


def _ask_of_server(driver: Any, _record: Any) -> None:
    """Let the server give up this connection too; not by `options`, which pgbouncer refuses.

    Where a pooler stands between (it gives numbers of its own to connections), the next transaction may run on another
    connection of the server, which does not know what was prepared on this one.
    """
    wanted = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in cut_off.of_postgresql().items())
    told = driver.execute(f"SELECT pg_backend_pid(), {wanted}").fetchone()
    driver.commit()
    if told[0] != driver.info.backend_pid:
        driver.prepare_threshold = None


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        _private_file(Path(url.database))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _private_file(path: Path) -> None:
    """Make the file of a new database, which nobody else may read: documents of people stand in it.

    SQLite gives the files beside it the same permissions.
    """
    owner.make_folder(path.parent)
    with contextlib.suppress(OSError):
        os.close(owner.create(Path(os.path.realpath(path)), 0o600))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is deferred; ours has to take the write lock first, or two writers deadlock.
    connection.isolation_level = None
    sums.prepare(connection)
    if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
        # Only a new file can learn to give back to the disk what is deleted (`storage.tidying`).
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=2000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    driver, options = connection.connection.driver_connection, connection.get_execution_options()
    if options.get(READ_ONLY):
        connection.exec_driver_sql("BEGIN")
    elif not driver.in_transaction:
        _lock_sqlite(connection, driver, options.get(PATIENCE))


def _lock_sqlite(connection: Any, driver: Any, patience: float | None) -> None:
    """Take the write lock soon after it is free: SQLite's own wait sleeps for up to a tenth of a second at a time."""
    let_sqlite_wait(driver, False)
    try:
        if lock_impatient(driver, patience) is not None:
            # once more, as SQLAlchemy's own fault
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        let_sqlite_wait(driver, True)


def lock_impatient(driver: Any, patience: float | None = None) -> sqlite3.Error | None:
    """Take it on a connection on which SQLite's own wait is off; return what is against it, if it is for long."""
    ends = time.monotonic() + (BUSY_SECONDS if patience is None else patience)
    while (fault := _refusal(driver)) is not None:
        if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= ends:
            return fault
        time.sleep(LOOK_SECONDS)
    return None


def let_sqlite_wait(driver: Any, wait: bool) -> None:
    """Turn SQLite's own wait for a lock on or off."""
    driver.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000) if wait else 0}")


def _refusal(driver: Any) -> sqlite3.Error | None:
    """Begin; return what is against it, if anything is."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as fault:
        return fault
    return None


def _forked() -> None:
    """A process forked while a thread made the engine must not wait for that thread, which it does not have."""
    global _making
    _making = threading.Lock()


after_fork(_forked)


def engine() -> Engine:
    """Return this process's engine; the schema is the code's, at the first call and whenever it is used later."""
    global _engine
    with _making:
        if _engine is None or _engine[0] != os.getpid():
            _engine = (os.getpid(), _checked_engine())
        return _engine[1]


def _checked_engine() -> Engine:
    from storage import migrate

    fresh = connect_engine(CoreSettings.current().database)
    try:
        with explained():
            migrate.ensure(fresh)
    except BaseException:
        fresh.dispose()
        raise
    revision.seen()
    event.listen(fresh, "checkout", lambda driver, *_: check_revision(driver, fresh))
    return fresh


def check_revision(driver: Any, of: Engine) -> None:
    """Raise `Misconfigured` for a database that was migrated since; asked outside a transaction."""
    revision.check(driver, of.dialect.loaded_dbapi.Error)


def before_dispose(close: Callable[[], None]) -> None:
    """Have something closed before this process's engine is forgotten."""
    _closed_before.append(close)


def dispose() -> None:
    """Forget this process's engine."""
    global _engine
    if _engine is not None and _engine[0] == os.getpid():
        for close in _closed_before:
            close()
        _engine[1].dispose()
    _engine = None


@contextmanager
def transaction(patience: float | None = None) -> Iterator[Session]:
    """Open a writing transaction; commit at the end, roll back on any exception.

    On SQLite one with a `patience` waits no more seconds than that for another writer.
    """
    bound = engine() if patience is None else engine().execution_options(**{PATIENCE: patience})
    with explained(), Session(bound, expire_on_commit=False) as db, db.begin():
        yield db


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session that only reads; on SQLite it waits for no writer."""
    bound = engine().execution_options(**{READ_ONLY: True})
    with explained(), Session(bound, expire_on_commit=False) as db:
        yield db


@contextmanager
def explained() -> Iterator[None]:
    """Turn the driver's faults into ours: locked or unreachable is transient, a refused login is configuration."""
    try:
        yield
    except PlatformError:
        raise
    except NoConnectionFree as error:
        # the others of this process all wait on the database
        raise Transient(BUSY) from error
    except DBAPIError as error:
        fault = explain(error)
        if fault is None:
            raise
        raise fault from error
