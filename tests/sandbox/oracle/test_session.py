"""One client's session, call after call: what it undoes, what it says of errors, what it runs of PL/SQL."""

from collections.abc import Callable
from typing import Any

import oracledb
import pytest
from support.ports import soon, wait_until

from sandbox.oracle.server import OracleServer

T = "HSM_FILA_NOTIFICACAO"
Connect = Callable[[], oracledb.Connection]


def code(work: Callable[[], Any]) -> str:
    """Return the number with which some work is refused."""
    with pytest.raises(oracledb.Error) as refused:
        work()
    return str(refused.value.args[0].full_code)


def statuses(connection: oracledb.Connection) -> list[str]:
    cursor = connection.cursor()
    cursor.execute(f"SELECT STATUS FROM {T} ORDER BY ID")
    return [row[0] for row in cursor]


def test_a_session_goes_on_after_an_error(fila: oracledb.Connection) -> None:
    """Of ours, of SQLite, and of a statement that is taken apart."""
    cursor = fila.cursor()
    cursor.execute(f"UPDATE {T} SET STATUS = 'X' WHERE ID = 1")
    wrong = {
        "SELECT ID FROM NADA": "ORA-00942",
        f"SELECT ID FROM {T} LIMIT 1": "ORA-00933",
        f"UPDATE {T} SET MENSAGEM = '{'x' * 41}'": "ORA-12899",
        "CREATE SEQUENCE NADA": "ORA-00900",
    }
    assert {sql: code(lambda sql=sql: fila.cursor().execute(sql)) for sql in wrong} == wrong
    assert statuses(fila)[0] == "X"


def test_who_leaves_without_a_commit_changed_nothing(
    server: OracleServer, fila: oracledb.Connection, connect: Connect
) -> None:
    other = connect()
    other.cursor().execute(f"UPDATE {T} SET STATUS = 'X'")
    assert len(server.sessions) == 2
    other.close()
    wait_until(lambda: len(server.sessions) == 1)
    assert statuses(fila) == ["PENDENTE"] * 6


def test_a_rollback_undoes_what_was_not_committed(fila: oracledb.Connection) -> None:
    fila.cursor().execute(f"UPDATE {T} SET STATUS = 'X' WHERE ID = 1")
    fila.commit()
    fila.cursor().execute(f"UPDATE {T} SET STATUS = 'Y'")
    assert fila.transaction_in_progress
    fila.rollback()
    assert not fila.transaction_in_progress
    assert statuses(fila) == ["X", *["PENDENTE"] * 5]


def test_a_change_that_commits_by_itself_is_kept(fila: oracledb.Connection, connect: Connect) -> None:
    fila.autocommit = True
    fila.cursor().execute(f"UPDATE {T} SET STATUS = 'X' WHERE ID = 1")
    assert not fila.transaction_in_progress
    assert statuses(connect())[0] == "X"


def test_an_array_stops_at_its_error_and_says_how_far_it_came(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    texts = [("a", 1), ("b", 2), ("x" * 41, 3), ("d", 4)]
    sql = f"UPDATE {T} SET MENSAGEM = :1 WHERE ID = :2"
    with pytest.raises(oracledb.Error) as refused:
        cursor.executemany(sql, texts)
    assert refused.value.args[0].full_code == "ORA-12899"
    assert cursor.rowcount == 2
    assert [row[0][:1] for row in cursor.execute(f"SELECT MENSAGEM FROM {T} ORDER BY ID")] == ["a", "b", *["O"] * 4]


def test_an_array_that_collects_errors_goes_on_and_counts_them_as_no_rows(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    texts = [("a", 1), ("x" * 41, 2), ("c", 3)]
    sql = f"UPDATE {T} SET MENSAGEM = :1 WHERE ID = :2"
    cursor.executemany(sql, texts, batcherrors=True, arraydmlrowcounts=True)
    assert cursor.getarraydmlrowcounts() == [1, 0, 1]
    assert [one.offset for one in cursor.getbatcherrors()] == [1]
    assert cursor.rowcount == 2


def test_blocks_that_do_nothing_or_sleep_are_run_and_no_others(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    for block in ("BEGIN NULL; END;", "begin\n  null ;\nend;", "BEGIN DBMS_SESSION.SLEEP(0); END;"):
        cursor.execute(block)
    assert code(lambda: cursor.execute(f"BEGIN DELETE FROM {T}; END;")) == "ORA-06550"
    assert len(statuses(fila)) == 6


def test_a_sleep_can_be_given_up(fila: oracledb.Connection) -> None:
    fila.call_timeout = 200
    with soon():
        assert code(lambda: fila.cursor().execute("BEGIN DBMS_SESSION.SLEEP(600); END;")) == "DPY-4024"
    fila.call_timeout = 0
    assert len(statuses(fila)) == 6


def test_a_definition_commits_what_went_before(fila: oracledb.Connection, connect: Connect) -> None:
    fila.cursor().execute(f"UPDATE {T} SET STATUS = 'X'")
    fila.cursor().execute("CREATE TABLE OUTRA (ID NUMBER)")
    assert statuses(connect()) == ["X"] * 6


def test_a_cursor_runs_again_with_other_values(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    found = [cursor.execute(f"SELECT ID_OS FROM {T} WHERE ID = :1", [number]).fetchone()[0] for number in (1, 3, 2)]
    assert found == [1250, 1252, 1251]


def test_what_was_done_is_logged_with_its_first_rows_alone(server: OracleServer, fila: oracledb.Connection) -> None:
    server.log.clear()
    cursor = fila.cursor()
    cursor.execute("BEGIN NULL; END;")
    cursor.executemany(f"UPDATE {T} SET STATUS = :1", [(f"{number}",) for number in range(9)])
    fila.commit()
    fila.rollback()
    cursor.execute("CREATE TABLE OUTRA (ID NUMBER)")
    assert [kind for _, kind, _, _ in server.log] == ["plsql", "dml", "commit", "rollback", "ddl"]
    assert server.log[1][3] == [["0"], ["1"], ["2"]]
