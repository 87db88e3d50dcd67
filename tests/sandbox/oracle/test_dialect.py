"""Oracle's SQL in SQLite's words: what a translated statement does."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from sandbox.oracle.database import Database
from sandbox.oracle.dialect import translate

NOON = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=-3)))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A session in UTC of a server in São Paulo, with a table of the numbers 1 to 5."""
    database = Database(tmp_path / "oracle.db")
    database.now = lambda: NOON
    opened = database.connect(UTC)
    opened.execute("CREATE TABLE t (id INTEGER, v INTEGER)")
    opened.executemany("INSERT INTO t VALUES (?, ?)", [(number, number % 2) for number in range(1, 6)])
    yield opened
    opened.close()


def value(connection: sqlite3.Connection, expression: str) -> object:
    return connection.execute(translate(f"SELECT {expression} FROM dual", changes=False)).fetchone()[0]


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("SYSTIMESTAMP", "2026-03-02 12:00:00.250000"),
        ("SYSDATE", "2026-03-02 12:00:00"),
        ("SYS_EXTRACT_UTC(SYSTIMESTAMP)", "2026-03-02 15:00:00.250000"),
        ("sys_extract_utc( systimestamp )", "2026-03-02 15:00:00.250000"),
        ("CURRENT_TIMESTAMP", "2026-03-02 15:00:00.250000"),
        ("LOCALTIMESTAMP", "2026-03-02 15:00:00.250000"),
        ("CURRENT_DATE", "2026-03-02 15:00:00"),
        ("SYSDATE + 1", "2026-03-03 12:00:00"),
        ("SYSDATE - 1/24", "2026-03-02 11:00:00"),
        ("SYSDATE - 30 / 86400", "2026-03-02 11:59:30"),
        ("SYSDATE + INTERVAL '2' HOUR", "2026-03-02 14:00:00"),
        ("SYSDATE - INTERVAL '90' SECOND", "2026-03-02 11:58:30"),
        ("SYSDATE + INTERVAL '100' DAY(3)", "2026-06-10 12:00:00"),
        ("SYSTIMESTAMP + NUMTODSINTERVAL(1.5, 'SECOND')", "2026-03-02 12:00:01.750000"),
        ("SYS_EXTRACT_UTC(SYSTIMESTAMP) - NUMTODSINTERVAL(2, 'MINUTE')", "2026-03-02 14:58:00.250000"),
    ],
)
def test_clocks_are_the_server_s_or_the_session_s_and_are_moved(
    connection: sqlite3.Connection, expression: str, shown: str
) -> None:
    assert value(connection, expression) == shown


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("NVL(NULL, 2)", 2),
        ("GREATEST(1, 3)", 3),
        ("LEAST(1, 3)", 1),
        ("SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')", "HSM"),
        ("'SYSDATE'", "SYSDATE"),
        ("'LIMIT 2 ROWNUM <= 1'", "LIMIT 2 ROWNUM <= 1"),
        ("NVL('', 'vazio')", "vazio"),
    ],
)
def test_functions_have_other_names_and_literals_stay(
    connection: sqlite3.Connection, expression: str, shown: object
) -> None:
    assert value(connection, expression) == shown


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT id FROM t ORDER BY id FETCH FIRST 2 ROWS ONLY", [1, 2]),
        ("SELECT id FROM t ORDER BY id FETCH NEXT 1 ROW ONLY", [1]),
        ("SELECT id FROM t ORDER BY id OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY", [2, 3]),
        ("SELECT id FROM t WHERE ROWNUM <= 2", [1, 2]),
        ("SELECT id FROM t WHERE v = 1 AND ROWNUM < 3", [1, 3]),
        ("SELECT id FROM (SELECT id FROM t WHERE ROWNUM <= 3) WHERE id > 1", [2, 3]),
        ("SELECT id FROM t MINUS SELECT id FROM t WHERE v = 0", [1, 3, 5]),
    ],
)
def test_rows_are_limited_and_taken_away(connection: sqlite3.Connection, sql: str, found: list[int]) -> None:
    assert [row[0] for row in connection.execute(translate(sql, changes=False))] == found


@pytest.mark.parametrize(
    ("sql", "left"),
    [
        ("DELETE FROM t WHERE ROWNUM <= 2", [3, 4, 5]),
        ("DELETE FROM t WHERE v = 1 AND ROWNUM < 3", [2, 4, 5]),
        ("DELETE FROM t WHERE id IN (SELECT id FROM t WHERE ROWNUM <= 1)", [2, 3, 4, 5]),
    ],
)
def test_a_change_is_limited_to_so_many_rows(connection: sqlite3.Connection, sql: str, left: list[int]) -> None:
    connection.execute(translate(sql, changes=True))
    assert [row[0] for row in connection.execute("SELECT id FROM t ORDER BY id")] == left


def test_a_limited_change_gives_values_back(connection: sqlite3.Connection) -> None:
    sql = translate("UPDATE t SET v = 9 WHERE ROWNUM <= 2 RETURNING id", changes=True)
    assert [row[0] for row in connection.execute(sql)] == [1, 2]


def test_a_count_may_be_a_bind(connection: sqlite3.Connection) -> None:
    sql = translate("SELECT id FROM t WHERE ROWNUM < :p0", changes=False)
    assert len(connection.execute(sql, {"p0": 3}).fetchall()) == 2
