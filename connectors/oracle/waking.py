"""Hear of new rows at once where the database can tell: PostgreSQL by NOTIFY. Elsewhere a wait is only a wait."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from connectors.oracle.ddl import channel
from core.settings.fila import ContaFila


class Waker(Protocol):
    """Something to wait on."""

    def wait(self, seconds: float) -> bool:
        """Wait at most that long; tell whether new rows were announced."""
        ...


class Clockwork:
    """Waits by the clock, where the database cannot wake us."""

    def wait(self, seconds: float) -> bool:
        """Wait that long."""
        time.sleep(max(seconds, 0.0))
        return False


class Listener:
    """A connection of its own on which PostgreSQL tells; once it fails, a wait is only a wait."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._failed = False

    def wait(self, seconds: float) -> bool:
        """Wait for a word on the channel."""
        import psycopg

        if self._failed:
            return Clockwork().wait(seconds)
        try:
            return any(True for _ in self._connection.notifies(timeout=max(seconds, 0.0), stop_after=1))
        except psycopg.Error:
            self._failed = True
            return True


@contextmanager
def waker_of(engine: Engine, conta: ContaFila) -> Iterator[Waker]:
    """Yield what to wait on for new rows of an account."""
    if engine.dialect.name != "postgresql":
        yield Clockwork()
        return
    connection = _listening(engine, channel(conta.table))
    if connection is None:
        yield Clockwork()
        return
    with connection:
        try:
            yield Listener(connection.connection.dbapi_connection)
        finally:
            connection.invalidate()


def _listening(engine: Engine, name: str) -> Connection | None:
    """Return a connection that hears a channel; none where that cannot be had now."""
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql(f'LISTEN "{name}"')
    except SQLAlchemyError:
        return None
    return connection
