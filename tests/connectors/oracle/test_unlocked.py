"""Rows are changed that nobody else has locked; one that is locked stays as it is and costs only itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from connectors.oracle import unlocked
from connectors.oracle.layout import Layout, look
from connectors.oracle.unlocked import change
from core.settings.fila import ContaFila

LOCKING = pytest.mark.parametrize("conta", ["oracle", "postgres"], indirect=True)


@pytest.fixture
def layout(banco_da_fila: Engine, conta: ContaFila) -> Layout:
    """A table of six rows, the orders 1 to 6."""
    with banco_da_fila.begin() as connection:
        found = look(connection, conta, "padrao")
        connection.execute(insert(found.table), [{"os": number, "message": "texto"} for number in range(1, 7)])
    return found


def changed(engine: Engine, layout: Layout, *chosen: Any) -> list[int]:
    """Write an error to the rows of a condition; return their numbers, as they were told."""
    with engine.begin() as connection:
        return sorted(int(one) for one in change(connection, layout.table, chosen, {"error": "novo"}))


def written(engine: Engine, layout: Layout) -> list[int]:
    """Return the numbers of the rows that have it."""
    table = layout.table
    with engine.begin() as connection:
        return sorted(connection.scalars(select(table.c.id).where(table.c.error == "novo")))


@contextmanager
def locked(engine: Engine, layout: Layout, number: int) -> Iterator[None]:
    """Let another session have a row."""
    with engine.connect() as other:
        other.execute(select(layout.table.c.id).where(layout.table.c.id == number).with_for_update()).all()
        yield
        other.rollback()


def test_the_rows_of_all_conditions_are_changed_and_told(banco_da_fila: Engine, layout: Layout) -> None:
    os = layout.table.c.os
    assert changed(banco_da_fila, layout, os > 2, os < 5) == [3, 4]
    assert written(banco_da_fila, layout) == [3, 4]


def test_where_no_row_is_chosen_none_is_changed(banco_da_fila: Engine, layout: Layout) -> None:
    assert changed(banco_da_fila, layout, layout.table.c.os > 99) == []
    assert written(banco_da_fila, layout) == []


@LOCKING
def test_a_row_that_another_session_has_is_left_without_waiting(banco_da_fila: Engine, layout: Layout) -> None:
    with locked(banco_da_fila, layout, 2):
        assert changed(banco_da_fila, layout, layout.table.c.os < 4) == [1, 3]
    assert written(banco_da_fila, layout) == [1, 3]
    assert changed(banco_da_fila, layout, layout.table.c.os < 4) == [1, 2, 3]


@pytest.mark.parametrize("conta", ["oracle"], indirect=True)
@pytest.mark.parametrize("listed", [1, 4, 5, 6])
def test_more_rows_than_a_list_of_oracle_takes_are_all_changed(
    banco_da_fila: Engine, layout: Layout, monkeypatch: pytest.MonkeyPatch, listed: int
) -> None:
    monkeypatch.setattr(unlocked, "LISTED", listed)
    assert changed(banco_da_fila, layout, layout.table.c.os > 1) == [2, 3, 4, 5, 6]
    assert written(banco_da_fila, layout) == [2, 3, 4, 5, 6]
