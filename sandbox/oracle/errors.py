"""What the server says when it says no, and the ways in which it says nothing."""

import sqlite3

NO_MORE_ROWS = 1403
ERRORS_IN_ARRAY = 24381
CANCELLED = 1013
DEADLOCK = 60


class OracleError(Exception):
    """An ORA error; `rowcount` rows of an array were done before it."""

    def __init__(self, number: int, text: str, rowcount: int = 0) -> None:
        super().__init__(f"ORA-{number:05d}: {text}")
        self.number = number
        self.rowcount = rowcount


class Dropped(Exception):
    """The connection is closed without a word."""


def cancelled() -> OracleError:
    """Return the error of a call that the client gave up."""
    return OracleError(CANCELLED, "user requested cancel of current operation")


def deadlock() -> OracleError:
    """Return the error of a wait for a row that took too long."""
    return OracleError(DEADLOCK, "deadlock detected while waiting for resource")


def no_table() -> OracleError:
    """Return the error of a table that is not there, or not for this user."""
    return OracleError(942, "table or view does not exist")


def no_column(name: str) -> OracleError:
    """Return the error of a name that no column has."""
    return OracleError(904, f'"{name.upper()}": invalid identifier')


def of_sqlite(error: sqlite3.Error, sql: str) -> OracleError:
    """Return what Oracle would have said where SQLite said this."""
    said = str(error)
    name = said.rsplit(":", 1)[-1].strip().rsplit(".", 1)[-1]
    table = (
        ("no such table", no_table()),
        ("no such column", no_column(name)),
        ("has no column", no_column(said.rsplit(" ", 1)[-1])),
        ("no such function", no_column(name)),
        ("UNIQUE", OracleError(1, f"unique constraint ({said.rsplit(':', 1)[-1].strip().upper()}) violated")),
        ("NOT NULL", OracleError(1400, f"cannot insert NULL into ({said.rsplit(':', 1)[-1].strip().upper()})")),
        ("CHECK", OracleError(2290, "check constraint violated")),
        ("locked", deadlock()),
        ("busy", deadlock()),
    )
    return next((known for part, known in table if part in said), OracleError(900, f"invalid SQL [{said}] {sql[:200]}"))
