"""A table with two states only: a row is closed when it was told, and not for having the number of one that was."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from connectors.oracle import ddl
from core.settings.fila import FilaColumns
from flows.fila import accounts, relay
from tests.flows.fila.conftest import TABLE, Queue
from tests.flows.fila.test_bad_input import holding
from tests.flows.fila.test_relay import DONE, orders

Configure = Callable[..., None]
LOCKING = pytest.mark.parametrize("vazia", ["oracle", "postgres"], indirect=True)


@pytest.fixture
def fila(vazia: Queue) -> Queue:
    """A table without a key, as it is published."""
    kind = vazia.engine.dialect.name
    number = {"oracle": "NUMBER", "postgresql": "bigint", "sqlite": "INTEGER"}[kind]
    vazia.run(ddl.create(kind, TABLE, FilaColumns()).replace(ddl.WORDS[kind].identity, number))
    return vazia


def row(number: int, os: int, status: str = "PENDENTE") -> str:
    return f"INSERT INTO {TABLE} (ID, ID_OS, MENSAGEM, STATUS) VALUES ({number}, {os}, 'texto {os}', '{status}')"


def by_order(fila: Queue) -> dict[str, str]:
    found = zip(fila.column("os"), fila.column("status"), strict=True)
    return {str(os): status for os, status in found}


def test_two_rows_of_one_number_are_both_told_though_a_batch_ends_between_them(
    fila: Queue, configure: Configure
) -> None:
    configure(fila__batch="1")
    fila.run(row(5, 1), row(5, 2), row(6, 3))
    assert relay.publish("padrao").publicadas == 3
    assert sorted(orders()) == ["1", "2", "3"]
    assert set(fila.statuses) == {DONE}


def test_a_row_in_error_stays_so_when_another_of_its_number_is_told(fila: Queue) -> None:
    fila.run(row(5, 1), row(5, 2, "ERRO"))
    assert relay.publish("padrao").publicadas == 1
    assert by_order(fila) == {"1": DONE, "2": "ERRO"}


@LOCKING
def test_a_row_that_comes_while_one_of_its_number_is_told_is_told_too(fila: Queue) -> None:
    fila.run(row(5, 1), row(6, 2))
    coming = [row(5, 3)]

    def comes(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE") and coming:
            fila.run(coming.pop())

    event.listen(accounts.opened("padrao").engine, "before_cursor_execute", comes)
    assert relay.publish("padrao").publicadas == 3
    assert sorted(orders()) == ["1", "2", "3"]
    assert by_order(fila) == dict.fromkeys("123", DONE)


@LOCKING
def test_a_table_that_closes_no_row_ends_the_look(fila: Queue) -> None:
    """What is asked for at once, again and again, is refused once."""
    fila.run(row(5, 1), row(6, 2))
    looks: list[int] = []

    def closes_none(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        if statement.startswith("UPDATE"):
            looks.append(1)
            assert len(looks) < 5
            statement += " AND 1 = 0"
        return statement, parameters

    event.listen(accounts.opened("padrao").engine, "before_cursor_execute", closes_none, retval=True)
    report = relay.publish("padrao")
    assert (report.publicadas, report.repetidas) == (2, 0)
    assert set(fila.statuses) == {"PENDENTE"}
    assert sorted(orders()) == ["1", "2"]


@pytest.mark.parametrize("vazia", ["oracle"], indirect=True)
def test_a_row_is_closed_by_the_comparison_it_was_found_by(fila: Queue) -> None:
    """Oracle pads a literal to the width of a CHAR column, and no bind."""
    fila.run(row(5, 1))
    seen: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement.replace('"', "").lower())

    event.listen(accounts.opened("padrao").engine, "before_cursor_execute", see)
    relay.publish("padrao")
    (closing,) = (one for one in seen if one.startswith("update"))
    assert "status = 'pendente'" in closing


@LOCKING
def test_a_locked_row_keeps_those_of_its_number_waiting_and_no_others(fila: Queue) -> None:
    fila.run(row(5, 1), row(5, 2), row(6, 3))
    with holding(fila, f"SELECT ID FROM {TABLE} WHERE ID_OS = 1 FOR UPDATE"):
        assert relay.publish("padrao").publicadas == 1
    assert by_order(fila) == {"1": "PENDENTE", "2": "PENDENTE", "3": DONE}
    assert relay.publish("padrao").publicadas == 2
    assert sorted(orders()) == ["1", "2", "3"]
