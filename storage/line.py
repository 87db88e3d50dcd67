"""A connection that one thread keeps open between its short transactions, instead of asking the pool each time."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from storage.alive import closed
from storage.direct import Direct
from storage.session import engine, explained, lock_sqlite


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
        return Direct(self._connection)

    def _by_itself(self, on: Direct, alone: bool) -> None:
        if self._alone != alone:
            on.driver.autocommit = self._alone = alone

    def _begun(self) -> Direct:
        on = self._open()
        self._by_itself(on, False)
        if on.dialect.name == "sqlite" and (fault := lock_sqlite(on.driver)) is not None:
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
                self._by_itself(Direct(connection), False)
            self._alone = False
            with contextlib.suppress(Exception):
                connection.close()


@contextmanager
def once() -> Iterator[Direct]:
    """Open one writing transaction on a connection of the pool."""
    line = Line()
    try:
        with line.transaction() as on:
            yield on
    finally:
        line.close()


def _is_gone(connection: Connection) -> bool:
    if connection.invalidated:
        return True
    return connection.dialect.name == "postgresql" and closed(connection.connection.driver_connection)
