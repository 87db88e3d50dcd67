"""What Oracle would have said where SQLite said what it says."""

import sqlite3
from collections.abc import Iterator

import pytest

from sandbox.oracle.errors import OracleError, cancelled, deadlock, no_column, of_sqlite


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:")
    opened.execute("CREATE TABLE t (id INTEGER UNIQUE, v TEXT NOT NULL, n INTEGER CHECK (n > 0))")
    opened.execute("INSERT INTO t VALUES (1, 'a', 1)")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("sql", "number", "words"),
    [
        ("SELECT 1 FROM nada", 942, "table or view does not exist"),
        ("SELECT nada FROM t", 904, '"NADA": invalid identifier'),
        ("SELECT x.nada FROM t x", 904, '"NADA": invalid identifier'),
        ("INSERT INTO t (nada) VALUES (1)", 904, '"NADA": invalid identifier'),
        ("SELECT nada(1) FROM t", 904, '"NADA": invalid identifier'),
        ("INSERT INTO t VALUES (1, 'b', 1)", 1, "unique constraint (T.ID) violated"),
        ("INSERT INTO t (id, n) VALUES (2, 1)", 1400, "cannot insert NULL into (T.V)"),
        ("INSERT INTO t VALUES (2, 'b', -1)", 2290, "check constraint violated"),
        ("SELEC 1", 900, "invalid SQL"),
    ],
)
def test_an_error_of_sqlite_has_the_number_of_oracle(
    connection: sqlite3.Connection, sql: str, number: int, words: str
) -> None:
    with pytest.raises(sqlite3.Error) as caught:
        connection.execute(sql)
    found = of_sqlite(caught.value, sql)
    assert found.number == number
    assert words in str(found)


@pytest.mark.parametrize("said", ["database is locked", "database table is locked: t", "busy"])
def test_a_wait_of_sqlite_that_was_too_long_is_a_deadlock(said: str) -> None:
    assert of_sqlite(sqlite3.OperationalError(said), "").number == 60


def test_a_number_is_shown_with_its_zeros() -> None:
    assert str(OracleError(1, "texto")).startswith("ORA-00001: ")
    assert [str(one)[:9] for one in (cancelled(), deadlock(), no_column("x"))] == [
        "ORA-01013",
        "ORA-00060",
        "ORA-00904",
    ]
