"""A session's transaction: SQLite has one writer, so it begins at the first change; row locks end with it."""

import sqlite3
import time
from collections.abc import Callable
from datetime import tzinfo

from sandbox.oracle.database import Database, Key
from sandbox.oracle.errors import deadlock


class Transaction:
    """The transaction of one session. `look` is called while it waits, and may raise."""

    def __init__(self, database: Database, wait: float, look: Callable[[], object], zone: tzinfo | None = None) -> None:
        self.database, self.wait, self.look = database, wait, look
        self.connection: sqlite3.Connection = database.connect(zone)
        self._held: set[Key] = set()

    @property
    def open(self) -> bool:
        """Tell whether something waits for a commit."""
        return self.connection.in_transaction or bool(self._held)

    def begin(self) -> None:
        """Become the writer; wait for another."""
        ends = time.monotonic() + self.wait
        while not self.connection.in_transaction:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                self.look()
                if time.monotonic() > ends:
                    raise deadlock() from None

    def commit(self) -> None:
        """Keep what was changed and let go of the rows."""
        self._end("COMMIT")

    def rollback(self) -> None:
        """Undo what was changed and let go of the rows."""
        self._end("ROLLBACK")

    def close(self) -> None:
        """Undo what was not committed and close."""
        self.rollback()
        self.connection.close()

    def held_by_another(self, key: Key) -> bool:
        """Tell whether another session holds a row."""
        return self.database.locks.held_by_another(key, self)

    def take(self, key: Key, wait: float | None = None) -> bool:
        """Hold a row until the end, waiting that long for another session."""
        taken = self.database.locks.take(key, self, self.wait if wait is None else wait, self.look)
        if taken:
            self._held.add(key)
        return taken

    def let_go(self, key: Key) -> None:
        """Give back a row that turned out not to be wanted."""
        self._held.discard(key)
        self.database.locks.release(key)

    def _end(self, how: str) -> None:
        if self.connection.in_transaction:
            self.connection.execute(how)
        held, self._held = self._held, set()
        self.database.locks.release(*held)
