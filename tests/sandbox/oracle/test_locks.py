"""Rows are locked as they are fetched, skipped or waited for, and free again when the transaction ends."""

import threading
from collections.abc import Callable

import oracledb
import pytest

T = "HSM_FILA_NOTIFICACAO"
CLAIM = f"SELECT ID FROM {T} WHERE STATUS = 'PENDENTE' ORDER BY ID FOR UPDATE SKIP LOCKED"
Connect = Callable[[], oracledb.Connection]


def claimed(connection: oracledb.Connection, amount: int, prefetch: int = 0) -> list[int]:
    cursor = connection.cursor()
    cursor.prefetchrows, cursor.arraysize = prefetch, amount
    cursor.execute(CLAIM)
    return [row[0] for row in cursor.fetchmany(amount)]


def test_rivals_skip_what_the_other_fetched(fila: oracledb.Connection, connect: Connect) -> None:
    assert claimed(fila, 2) == [1, 2]
    assert claimed(connect(), 3) == [3, 4, 5]


def test_rows_that_the_driver_prefetches_are_locked_too(fila: oracledb.Connection, connect: Connect) -> None:
    assert claimed(fila, 2, prefetch=4) == [1, 2]
    assert claimed(connect(), 6) == [5, 6]


def test_a_commit_frees_the_rows_and_the_next_sees_what_they_became(
    fila: oracledb.Connection, connect: Connect
) -> None:
    rival = connect()
    claimed(fila, 2)
    fila.cursor().execute(f"UPDATE {T} SET STATUS = 'PROCESSANDO' WHERE ID = 1")
    fila.commit()
    assert claimed(rival, 6) == [2, 3, 4, 5, 6]


def test_a_lost_connection_frees_its_rows(fila: oracledb.Connection, connect: Connect) -> None:
    lost = connect()
    claimed(lost, 6)
    lost.close()
    assert claimed(fila, 6) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(("how", "number"), [("NOWAIT", 54), ("WAIT 1", 30006)])
def test_a_busy_row_is_told(fila: oracledb.Connection, connect: Connect, how: str, number: int) -> None:
    claimed(fila, 1)
    with pytest.raises(oracledb.Error) as busy:
        connect().cursor().execute(f"SELECT ID FROM {T} WHERE ID = 1 FOR UPDATE {how}").fetchall()
    assert busy.value.args[0].full_code == f"ORA-{number:05d}"


def test_a_change_waits_for_a_row_and_looks_again(fila: oracledb.Connection, connect: Connect) -> None:
    rival, counts = connect(), list[int]()
    claimed(fila, 1)

    def change() -> None:
        cursor = rival.cursor()
        cursor.execute(f"UPDATE {T} SET STATUS = 'X' WHERE ID = 1 AND STATUS = 'PENDENTE'")
        counts.append(cursor.rowcount)

    waiting = threading.Thread(target=change)
    waiting.start()
    fila.cursor().execute(f"UPDATE {T} SET STATUS = 'PROCESSADO' WHERE ID = 1")
    fila.commit()
    waiting.join(60)
    assert counts == [0]


def test_a_call_that_waits_too_long_can_be_given_up(fila: oracledb.Connection, connect: Connect) -> None:
    claimed(fila, 1)
    rival = connect()
    rival.call_timeout = 200
    with pytest.raises(oracledb.Error) as given_up:
        rival.cursor().execute(f"UPDATE {T} SET STATUS = 'X' WHERE ID = 1")
    assert given_up.value.args[0].full_code == "DPY-4024"
    rival.call_timeout = 0
    assert claimed(rival, 6) == [2, 3, 4, 5, 6]
