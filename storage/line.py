"""A connection that one thread keeps open between its short transactions, instead of asking the pool each time."""

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from core.process import after_fork
from storage.alive import closed
from storage.direct import Direct
from storage.session import before_dispose, check_revision, engine, explained, let_sqlite_wait, lock_impatient

# A kept connection that nobody used for so long is the pool's again, which looks whether it still is one.
IDLE_SECONDS, CLOSE_SECONDS = 10.0, 1.0


class Line:
    """It is used by one thread at a time; a connection that is gone is made anew by the next transaction."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._alone = False

    @contextmanager
    def transaction(self) -> Iterator[Direct]:
        """Open a writing transaction; commit at the end, roll back on any exception."""
        with explained():
            on = self._begun()
            try:
                yield on
                on.commit()
            except BaseException:
                self._undo(on)
                raise

    @contextmanager
    def alone(self) -> Iterator[Direct]:
        """Give PostgreSQL's connection to statements of which each is a transaction, without a BEGIN and a COMMIT."""
        with explained():
            on = self._open()
            try:
                self._by_itself(on, True)
                yield on
            except BaseException:
                self._undo(on)
                raise

    @property
    def dialect(self) -> str:
        """The database's name."""
        return engine().dialect.name

    def _open(self) -> Direct:
        if self._connection is not None and _is_gone(self._connection):
            self.close()
        if self._connection is None:
            self._connection = engine().connect()
            if self._connection.dialect.name == "sqlite":
                # turned off once, not for each transaction
                let_sqlite_wait(self._connection.connection.driver_connection, False)
        else:
            # the pool asks only where it gives one out
            check_revision(self._connection.connection.driver_connection, self._connection.engine)
        return Direct(self._connection)

    def _by_itself(self, on: Direct, alone: bool) -> None:
        if self._alone != alone:
            on.driver.autocommit = self._alone = alone

    def _begun(self) -> Direct:
        on = self._open()
        self._by_itself(on, False)
        if on.dialect.name == "sqlite" and (fault := lock_impatient(on.driver)) is not None:
            raise on.fault("BEGIN IMMEDIATE", fault)
        return on

    def _undo(self, on: Direct) -> None:
        try:
            on.rollback()
        except Exception:  # noqa: BLE001 - whatever is wrong with it, another one is made
            self.close()

    def close(self) -> None:
        """Give the connection back to the pool."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                self._as_it_was(Direct(connection))
            self._alone = False
            with contextlib.suppress(Exception):
                connection.close()

    def _as_it_was(self, on: Direct) -> None:
        if on.dialect.name == "sqlite":
            let_sqlite_wait(on.driver, True)
        self._by_itself(on, False)


class _Kept:
    """The one line of this process for those who have none of their own."""

    def __init__(self) -> None:
        self.line, self.one = Line(), threading.Lock()
        self.used = 0.0

    def close(self) -> None:
        """Give the connection back, unless somebody is at it for long."""
        if self.one.acquire(timeout=CLOSE_SECONDS):
            self.line.close()
            self.one.release()


_kept = _Kept()
# A child must not speak on, nor close, what its parent goes on with.
_parents: list[_Kept] = []


def _forked() -> None:
    global _kept
    _parents.append(_kept)
    _kept = _Kept()


after_fork(_forked)
before_dispose(lambda: _kept.close())


@contextmanager
def kept() -> Iterator[Line]:
    """Give the line that this process keeps open; who comes while somebody has it gets a connection of the pool."""
    own = _kept
    if not own.one.acquire(blocking=False):
        with contextlib.closing(Line()) as line:
            yield line
        return
    try:
        now = time.monotonic()
        if now - own.used > IDLE_SECONDS:
            own.line.close()
        own.used = now
        yield own.line
    finally:
        own.one.release()


def _is_gone(connection: Connection) -> bool:
    if connection.invalidated:
        return True
    return connection.dialect.name == "postgresql" and closed(connection.connection.driver_connection)
