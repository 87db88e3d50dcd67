"""A queue table without a listener in front of it, and sessions on it."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Any

from sandbox.oracle.changes import change
from sandbox.oracle.database import Database
from sandbox.oracle.queries import read
from sandbox.oracle.statement import parse
from sandbox.oracle.transaction import Transaction

FILA = """CREATE TABLE FILA (
  ID NUMBER GENERATED ALWAYS AS IDENTITY, ID_OS NUMBER(10), MENSAGEM VARCHAR2(10) NOT NULL,
  STATUS VARCHAR2(20) DEFAULT 'PENDENTE', DT_CRIACAO DATE DEFAULT SYSDATE, DT_RESERVA TIMESTAMP(6))"""


def nothing() -> None:
    """Find nothing while one waits."""


class Rows:
    """A table with the orders 1 to 4; each session has its own transaction."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "oracle.db")
        self._sessions: list[Transaction] = []
        first = self.session()
        self.database.define(first.connection, FILA)
        for number in range(1, 5):
            self.do(first, "INSERT INTO FILA (ID_OS, MENSAGEM) VALUES (:1, :2)", number, "texto")
        first.commit()

    def session(self, wait: float = 0.0, look: Callable[[], object] = nothing) -> Transaction:
        """Return a session that waits at most so long for a row."""
        self._sessions.append(Transaction(self.database, wait, look, UTC))
        return self._sessions[-1]

    def do(self, session: Transaction, sql: str, *values: Any) -> tuple[int, list[Any]]:
        """Run a change; return how many rows it changed, and what it gives back."""
        return change(session, parse(sql), named(values))

    def see(self, session: Transaction, sql: str, *values: Any) -> list[Any]:
        """Return the rows of a query: of one column, its values."""
        found = list(read(session, parse(sql), named(values)))
        return [row[0] if len(row) == 1 else row for row in found]

    def close(self) -> None:
        """End every session."""
        for session in self._sessions:
            # one that the test ended has nothing left to undo
            with suppress(sqlite3.ProgrammingError):
                session.close()


def named(values: tuple[Any, ...]) -> dict[str, Any]:
    """Return binds as a statement names them."""
    return {f"p{place}": value for place, value in enumerate(values)}
