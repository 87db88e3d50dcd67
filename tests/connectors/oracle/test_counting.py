"""How a queue table stands, and which of its rows are in error, in the three databases."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from connectors.oracle import counting
from connectors.oracle.counting import Counts
from connectors.oracle.engine import open_engine
from connectors.oracle.layout import Layout, look
from connectors.oracle.moments import moment, today
from core.settings.fila import ContaFila

PENDING, HELD, DONE, WRONG = "PENDENTE", "PROCESSANDO", "PROCESSADO", "ERRO"


class Table:
    """A queue table, with rows as its own side makes them."""

    def __init__(self, engine: Engine, conta: ContaFila) -> None:
        self.engine = engine
        with engine.begin() as connection:
            self.layout: Layout = look(connection, conta, "padrao")

    def add(self, *states: str, **more: Any) -> None:
        rows = [{"os": 1, "message": "texto", "status": state, **more} for state in states]
        with self.engine.begin() as connection:
            connection.execute(insert(self.layout.table), rows)

    def call(self, what: Any, *given: Any, **named: Any) -> Any:
        with self.engine.begin() as connection:
            return what(connection, self.layout, *given, **named)

    def count(self) -> Counts:
        found: Counts = self.call(counting.count)
        return found

    def column(self, name: str) -> list[Any]:
        with self.engine.begin() as connection:
            return list(connection.scalars(select(self.layout.table.c[name]).order_by(self.layout.table.c.id)))

    def ago(self, seconds: float) -> Any:
        """Return a date so long ago by the table's own clock, as a row has it."""
        with self.engine.begin() as connection:
            when: datetime = connection.scalar(select(today())) - timedelta(seconds=seconds)
        return str(when) if self.engine.dialect.name == "sqlite" else when


@pytest.fixture
def table(banco_da_fila: Engine, conta: ContaFila) -> Table:
    return Table(banco_da_fila, conta)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Any]:
    """Return what makes a queue table of SQLite with these columns."""
    conta = ContaFila(url=f"sqlite:///{tmp_path}/outra.db")
    engine = open_engine(conta, "padrao")

    def make(columns: str, **settings: Any) -> Table:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE TABLE {conta.table} ({columns})")
        return Table(engine, conta.model_copy(update=settings))

    yield make
    engine.dispose()


def test_rows_are_counted_by_state_but_for_those_that_are_done(table: Table) -> None:
    table.add(PENDING, HELD, HELD, WRONG, WRONG, WRONG, DONE, DONE)
    found = table.count()
    assert (found.pending, found.held, found.failed) == (1, 2, 3)


def test_an_empty_table_has_no_oldest_row(table: Table) -> None:
    assert table.count() == Counts()


def test_the_oldest_pending_row_tells_how_long_it_waits(table: Table) -> None:
    for state, seconds in ((PENDING, 90), (PENDING, 10), (HELD, 5000), (WRONG, 6000), (DONE, 9000)):
        table.add(state, created=table.ago(seconds))
    oldest = table.count().oldest_seconds
    assert oldest is not None
    assert 90 <= oldest < 5000


def test_where_nothing_is_pending_nobody_waits(table: Table) -> None:
    table.add(HELD, WRONG, DONE, created=table.ago(90))
    assert table.count().oldest_seconds is None


def test_a_row_of_an_hour_to_come_waits_no_time(table: Table) -> None:
    table.add(PENDING, created=table.ago(-3600))
    assert table.count().oldest_seconds == 0


BARE = "ID INTEGER PRIMARY KEY, ID_OS INTEGER, MENSAGEM TEXT"


def test_a_table_without_states_has_nothing_to_count(made: Any) -> None:
    assert made(BARE, layout="sem_status").count() == Counts()


def test_a_table_without_dates_tells_no_age(made: Any) -> None:
    table = made(f"{BARE}, STATUS TEXT")
    table.add(PENDING)
    assert table.count() == Counts(pending=1)


@pytest.mark.parametrize("hours", [-3, 0, 9])
def test_a_date_that_says_its_zone_is_the_same_age_in_each(made: Any, hours: int) -> None:
    table = made(f"{BARE}, STATUS TEXT, DT_CRIACAO")
    with table.engine.begin() as connection:
        utc: datetime = connection.scalar(select(moment(0)))
    shown = utc - timedelta(seconds=90) + timedelta(hours=hours)
    table.add(PENDING, created=f"{shown.isoformat(timespec='seconds')}{hours:+03d}:00")
    oldest = table.count().oldest_seconds
    assert 90 <= oldest < 1800


def test_a_date_that_nobody_can_read_tells_no_age_and_costs_no_count(made: Any) -> None:
    table = made(f"{BARE}, STATUS TEXT, DT_CRIACAO")
    table.add(PENDING, created="ontem")
    assert table.count() == Counts(pending=1)


def numbers(orders: Any) -> list[Any]:
    return [one.id for one in orders]


def test_rows_in_error_are_read_by_their_numbers_in_pages(table: Table) -> None:
    table.add(WRONG, PENDING, WRONG, WRONG, DONE, WRONG)
    assert numbers(table.call(counting.failed, 9)) == [1, 3, 4, 6]
    assert numbers(table.call(counting.failed, 2)) == [1, 3]
    assert numbers(table.call(counting.failed, 2, last=3)) == [4, 6]
    assert numbers(table.call(counting.failed, 9, last=6)) == []


def test_of_the_rows_that_are_named_those_in_error_are_read(table: Table) -> None:
    table.add(WRONG, PENDING, WRONG, WRONG)
    assert numbers(table.call(counting.failed, 9, ids=[4, 2, 1, 99])) == [1, 4]
    assert numbers(table.call(counting.failed, 9, ids=[4, 1], last=1)) == [4]
    assert numbers(table.call(counting.failed, 9, ids=[])) == []


def test_rows_are_read_by_their_numbers_in_any_state(table: Table) -> None:
    table.add(WRONG, PENDING, DONE)
    assert numbers(table.call(counting.by_number, [3, 1, Decimal("1.5"), 99])) == [1, 3]


def test_a_row_in_error_is_due_again_as_if_it_were_new(table: Table) -> None:
    table.add(WRONG, attempts=9, error="não coube", next=datetime(2026, 7, 14))  # noqa: DTZ001 - as the table has it
    table.add(PENDING, DONE, WRONG, HELD, attempts=4)
    assert sorted(table.call(counting.reopen, [1, 2, 3, 5])) == [1]
    assert table.column("status") == [PENDING, PENDING, DONE, WRONG, HELD]
    assert table.column("attempts") == [0, 4, 4, 4, 4]
    assert (table.column("error")[0], table.column("next")[0]) == (None, None)


def test_a_table_that_keeps_no_attempts_is_reopened_too(made: Any) -> None:
    table = made(f"{BARE}, STATUS TEXT")
    table.add(WRONG, WRONG)
    assert table.call(counting.reopen, [2]) == [2]
    assert table.column("status") == [WRONG, PENDING]
