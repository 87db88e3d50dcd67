"""Faults asked for come once, where they were asked for."""

from collections.abc import Callable

import oracledb
import pytest

from sandbox.oracle.server import OracleServer

T = "HSM_FILA_NOTIFICACAO"
Connect = Callable[[], oracledb.Connection]


def statuses(connection: oracledb.Connection) -> list[str]:
    cursor = connection.cursor()
    cursor.execute(f"SELECT STATUS FROM {T} ORDER BY ID")
    return [row[0] for row in cursor]


@pytest.mark.parametrize(("place", "kept"), [("commit", "PENDENTE"), ("commit:after", "X")])
def test_a_connection_may_be_lost_before_or_after_a_commit(
    server: OracleServer, fila: oracledb.Connection, connect: Connect, place: str, kept: str
) -> None:
    fila.cursor().execute(f"UPDATE {T} SET STATUS = 'X'")
    server.faults.fail_next(place, "drop")
    with pytest.raises(oracledb.Error) as lost:
        fila.commit()
    assert lost.value.args[0].full_code == "DPY-4011"
    assert statuses(connect()) == [kept] * 6


def test_an_error_comes_as_often_as_it_was_asked_for(server: OracleServer, fila: oracledb.Connection) -> None:
    server.faults.fail_next("execute", (60, "deadlock detected while waiting for resource"), times=2)
    for _ in range(2):
        with pytest.raises(oracledb.Error, match="ORA-00060"):
            fila.cursor().execute(f"DELETE FROM {T} WHERE ID = 1")
    fila.cursor().execute(f"DELETE FROM {T} WHERE ID = 1")
    assert len(statuses(fila)) == 5


def test_an_answer_may_be_lost_though_the_work_is_done(
    server: OracleServer, fila: oracledb.Connection, connect: Connect
) -> None:
    server.faults.fail_next("dml:after", "drop")
    with pytest.raises(oracledb.Error, match="DPY-4011"):
        fila.cursor().execute(f"UPDATE {T} SET STATUS = 'X'")
    assert statuses(connect()) == ["PENDENTE"] * 6


def test_an_unknown_place_is_refused(server: OracleServer) -> None:
    with pytest.raises(ValueError, match="no such call"):
        server.faults.fail_next("comit", "drop")


def test_the_log_keeps_what_was_asked(server: OracleServer, fila: oracledb.Connection) -> None:
    fila.cursor().execute(f"UPDATE {T} SET STATUS = :1 WHERE ID = :2", ["X", 1])
    assert (*server.log[-1][1:],) == ("dml", f"UPDATE {T} SET STATUS = :1 WHERE ID = :2", [["X", 1]])
