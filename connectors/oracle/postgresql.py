"""A connection to PostgreSQL with no call without an end, that reads every text whatever the database's encoding."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader

UNENCODED = "SQL_ASCII"
SILENT = "no answer in time"


class Readable(Loader):
    """Reads a text; bytes that are not UTF-8, as a database without encoding has them, are those of Windows."""

    def load(self, data: Buffer) -> str:
        """Return the text."""
        raw = bytes(data)
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode("cp1252", "replace")


def known(read: Callable[[Buffer], Any], data: Buffer) -> Any:
    """Read a date; one that Python has no room for, as infinity, is the text that PostgreSQL shows."""
    try:
        return read(data)
    except psycopg.DataError:
        return bytes(data).decode()


class Instant(TimestampLoader):
    """Reads an instant."""

    def load(self, data: Buffer) -> Any:
        """Return the instant."""
        return known(super().load, data)


class ZonedInstant(TimestamptzLoader):
    """Reads an instant that has a zone."""

    def load(self, data: Buffer) -> Any:
        """Return the instant."""
        return known(super().load, data)


class Day(DateLoader):
    """Reads a day."""

    def load(self, data: Buffer) -> Any:
        """Return the day."""
        return known(super().load, data)


LOADERS: dict[str, Any] = {
    **dict.fromkeys(("text", "varchar", "bpchar"), Readable),
    "timestamp": Instant,
    "timestamptz": ZonedInstant,
    "date": Day,
}


class Limited(psycopg.Connection[Any]):
    """A connection whose calls end after `seconds`: the server's own limits do not hold for one that fell silent."""

    seconds = 15.0

    def wait(self, gen: Any, *given: Any, **named: Any) -> Any:
        """Run a call to its end, or end the connection."""
        return super().wait(self._until(gen, time.monotonic() + self.seconds), *given, **named)

    def _until(self, gen: Any, ends: float) -> Any:
        try:
            waits_for = next(gen)
            while True:
                ready = yield waits_for
                if not ready and time.monotonic() > ends:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(SILENT)
                waits_for = gen.send(ready)
        except StopIteration as ended:
            return ended.value


def connect(seconds: float, *given: Any, **named: Any) -> Limited:
    """Connect; each call lasts at most so many seconds."""
    connection = Limited.connect(*given, **named)
    connection.seconds = seconds
    for name, loader in LOADERS.items():
        connection.adapters.register_loader(name, loader)
    if connection.info.parameter_status("server_encoding") == UNENCODED:
        # or the server refuses to send what is not UTF-8
        connection.execute(f"SET client_encoding TO {UNENCODED}")
        connection.commit()
    return connection
