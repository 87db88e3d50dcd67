"""The rows' home: DDL as Oracle has it, functions of its clock, rows that are held by sessions."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from support.ports import soon

from sandbox.oracle.database import Database, RowLocks, _moved
from sandbox.oracle.errors import OracleError, cancelled

KEY, OTHER = ("FILA", 1), ("FILA", 2)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "oracle.db")


@pytest.fixture
def connection(database: Database) -> Iterator[sqlite3.Connection]:
    opened = database.connect()
    yield opened
    opened.close()


def names(database: Database, connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """Return the tables that the catalogue knows, for us and for who asks it."""
    told = [row[0] for row in connection.execute("SELECT table_name FROM user_tables ORDER BY 1")]
    return sorted(database.tables), told


def test_a_table_is_made_known_and_forgotten(database: Database, connection: sqlite3.Connection) -> None:
    database.define(connection, "CREATE TABLE hsm.fila (id NUMBER) TABLESPACE users")
    assert names(database, connection) == (["FILA"], ["FILA"])
    with pytest.raises(OracleError, match="ORA-00955"):
        database.define(connection, "CREATE TABLE FILA (v NUMBER)")
    database.define(connection, 'DROP TABLE "FILA"')
    assert names(database, connection) == ([], [])
    with pytest.raises(OracleError, match="ORA-00942"):
        database.define(connection, "DROP TABLE fila")
    with pytest.raises(OracleError, match="ORA-00942"):
        database.table("FILA")


def test_columns_are_added_to_those_there_are(database: Database, connection: sqlite3.Connection) -> None:
    database.define(connection, "CREATE TABLE fila (id NUMBER)")
    connection.execute("INSERT INTO FILA VALUES (1)")
    database.define(connection, "ALTER TABLE hsm.fila ADD (v NUMBER(5) DEFAULT 7 NOT NULL, w VARCHAR2(3))")
    assert list(database.table("FILA").columns) == ["ID", "V", "W"]
    assert connection.execute("SELECT * FROM FILA").fetchall() == [(1, 7, None)]
    with pytest.raises(OracleError, match="ORA-00942"):
        database.define(connection, "ALTER TABLE nada ADD (v NUMBER)")


def test_a_table_is_emptied(database: Database, connection: sqlite3.Connection) -> None:
    database.define(connection, "CREATE TABLE fila (id NUMBER)")
    connection.execute("INSERT INTO FILA VALUES (1)")
    database.define(connection, "TRUNCATE TABLE fila")
    assert connection.execute("SELECT count(*) FROM FILA").fetchone() == (0,)


def test_an_index_is_made_without_what_only_oracle_knows(database: Database, connection: sqlite3.Connection) -> None:
    database.define(connection, "CREATE TABLE fila (id NUMBER, v VARCHAR2(3))")
    database.define(connection, "CREATE INDEX ix ON hsm.fila (CASE WHEN v='x' THEN id END) TABLESPACE users ONLINE")
    database.define(connection, "CREATE UNIQUE INDEX ux ON fila (id) LOCAL /")
    connection.execute("INSERT INTO FILA VALUES (1, 'x')")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO FILA VALUES (1, 'y')")


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY'",
        "COMMENT ON TABLE nada IS 'x'",
        "GRANT SELECT ON nada TO outro",
        "CREATE OR REPLACE TRIGGER tg AFTER INSERT ON nada FOR EACH ROW BEGIN NULL; END;",
    ],
)
def test_what_a_queue_needs_nothing_of_is_accepted(
    database: Database, connection: sqlite3.Connection, sql: str
) -> None:
    database.define(connection, sql)
    assert names(database, connection) == ([], [])


def test_another_statement_is_told_as_sqlite_tells_it(database: Database, connection: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError):
        database.define(connection, "CREATE SEQUENCE s")


def test_a_database_that_is_opened_again_has_one_row_to_ask_for(database: Database) -> None:
    again = Database(database.path).connect()
    assert again.execute("SELECT * FROM dual").fetchall() == [("X",)]
    again.close()


def test_clocks_are_of_the_server_of_the_session_and_in_utc(database: Database) -> None:
    database.now = lambda: datetime(2026, 3, 2, 12, 0, 0, 500_000, tzinfo=UTC).astimezone(timezone(timedelta(hours=-3)))
    opened = database.connect(timezone(timedelta(hours=9)))
    query = "SELECT ora_systs(), ora_sysdate(), ora_sests(), ora_sesdate(), ora_utc()"
    assert opened.execute(query).fetchone() == (
        "2026-03-02 09:00:00.500000",
        "2026-03-02 09:00:00",
        "2026-03-02 21:00:00.500000",
        "2026-03-02 21:00:00",
        "2026-03-02 12:00:00.500000",
    )
    opened.close()


@pytest.mark.parametrize(
    ("at", "seconds", "sign", "moved"),
    [
        ("2026-03-02 12:00:00", 60.0, "+", "2026-03-02 12:01:00"),
        ("2026-03-02 00:00:00", 0.5, "-", "2026-03-01 23:59:59.500000"),
        (1, 43_200, "+", 1.5),
        (1.0, 86_400, "-", 0.0),
        (None, 60.0, "+", None),
        ("2026-03-02 12:00:00", None, "+", None),
    ],
)
def test_an_instant_or_a_number_of_days_is_moved_by_seconds(
    at: str | float | None, seconds: float | None, sign: str, moved: str | float | None
) -> None:
    assert _moved(at, seconds, sign) == moved


def nothing() -> None:
    """Find nothing while one waits."""


def test_a_row_is_of_who_took_it_first_until_it_is_let_go() -> None:
    locks, one, two = RowLocks(), object(), object()
    assert locks.take(KEY, one, 0, nothing)
    assert locks.take(KEY, one, 0, nothing), "who has it has it"
    assert locks.take(OTHER, two, 0, nothing)
    assert not locks.take(KEY, two, 0, nothing)
    assert [locks.held_by_another(KEY, session) for session in (one, two)] == [False, True]
    locks.release(KEY)
    assert locks.take(KEY, two, 0, nothing)


def test_who_does_not_wait_does_not_look_either() -> None:
    locks, one, two = RowLocks(), object(), object()
    locks.take(KEY, one, 0, nothing)
    looks = list[int]()
    assert not locks.take(KEY, two, 0, lambda: looks.append(1))
    assert looks == []


def test_who_waits_has_the_row_as_soon_as_it_is_free() -> None:
    locks, one, two = RowLocks(), object(), object()
    locks.take(KEY, one, 0, nothing)
    looks = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 1:
            locks.release(KEY)

    with soon():
        assert locks.take(KEY, two, 600, look)
    assert len(looks) == 1


def test_who_gives_up_while_waiting_has_nothing() -> None:
    locks, one, two = RowLocks(), object(), object()
    locks.take(KEY, one, 0, nothing)

    def give_up() -> None:
        raise cancelled()

    with soon(), pytest.raises(OracleError, match="ORA-01013"):
        locks.take(KEY, two, 600, give_up)
    assert locks.held_by_another(KEY, two)


def test_rivals_take_a_row_one_after_the_other() -> None:
    locks, held, most = RowLocks(), list[int](), list[int]()

    def work() -> None:
        session = object()
        for _ in range(20):
            assert locks.take(KEY, session, 60, nothing)
            held.append(1)
            most.append(len(held))
            held.pop()
            locks.release(KEY)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(most) == {1}
    assert len(most) == 80
