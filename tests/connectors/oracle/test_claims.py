"""The queue table keeps the contract of claims, in Oracle, PostgreSQL and SQLite."""

import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, insert, literal, select, update
from support.ports import wait_until

from claims import holder
from connectors.oracle import ddl
from connectors.oracle.engine import open_engine
from connectors.oracle.layout import look
from connectors.oracle.orders import Order, Status, Told
from connectors.oracle.table import QueueTable
from core.clock import SYSTEM, FixedClock
from core.settings.fila import ContaFila, FilaColumns
from sandbox.oracle.server import OracleServer
from tests.claims.contract import NOW, ClaimsContract

LEASE = 100.0


class QueueHome:
    """A queue table whose server has the clock of the test; each call is a transaction of its own."""

    def __init__(self, engine: Engine, conta: ContaFila, *, most: int = 99, ordered: bool = True) -> None:
        self.engine, self.clock = engine, FixedClock(NOW)
        with engine.begin() as connection:
            self.layout = look(connection, conta, "padrao")
        self.table = QueueTable(
            self.layout,
            lease=LEASE,
            most=most,
            ordered=ordered,
            is_dead=holder.is_dead,
            clock=self.clock,
            at=lambda seconds: literal(self._at(seconds)),
        )
        self.orders = 0

    def _at(self, seconds: float) -> datetime:
        return (self.clock.now() + timedelta(seconds=seconds)).replace(tzinfo=None)

    def add(self, due_at: datetime, os: int | None = None) -> int:
        self.orders += 1
        values = {"os": os or self.orders, "message": "texto", "next": due_at.replace(tzinfo=None)}
        with self.engine.begin() as connection:
            connection.execute(insert(self.layout.table).values(values))
            return max(connection.scalars(select(self.layout.table.c.id)))

    def orders_claimed(self, limit: int, now: datetime, seconds: float, token: str) -> list[Order]:
        self.clock.instant = now
        with self.engine.begin() as connection:
            return list(self.table.on(connection).claim(limit, now, seconds, token))

    def claim(self, limit: int, now: datetime, seconds: float, token: str) -> list[int]:
        return [order.id for order in self.orders_claimed(limit, now, seconds, token)]

    def settle(self, token: str, ids: Collection[int], due_at: datetime) -> set[int]:
        told = [Told(row, Status.PENDENTE, due_at) for row in ids]
        with self.engine.begin() as connection:
            return self.table.on(connection).settle(token, told)

    def hold(self, token: str, ids: Collection[int], until: datetime) -> set[int]:
        with self.engine.begin() as connection:
            return self.table.on(connection).hold(token, ids, until)

    def give_back(self, token: str, ids: Collection[int], now: datetime) -> set[int]:
        with self.engine.begin() as connection:
            return self.table.on(connection).give_back(token, ids, now)

    def after_crash(self, now: datetime) -> int:
        self.clock.instant = now
        with self.engine.begin() as connection:
            return self.table.on(connection).after_crash(now)

    def token(self) -> str:
        return holder.new_token()

    def dead_token(self) -> str:
        program = "from claims.holder import new_token; print(new_token())"
        return subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout.strip()

    def status(self, row: int) -> str:
        with self.engine.begin() as connection:
            query = select(self.layout.table.c.status).where(self.layout.table.c.id == row)
            return str(connection.scalar(query))


@pytest.fixture
def home(banco_da_fila: Engine, conta: ContaFila) -> QueueHome:
    return QueueHome(banco_da_fila, conta)


class TestQueueTable(ClaimsContract):
    pass


def test_a_later_row_of_an_order_waits_for_the_earlier_one(home: QueueHome) -> None:
    first, second, other = home.add(NOW, os=7), home.add(NOW, os=7), home.add(NOW, os=8)
    assert home.claim(9, NOW, 60, "a") == [first, other]
    assert home.claim(9, NOW, 60, "b") == []
    home.settle("a", [other], NOW + timedelta(days=1))
    with home.engine.begin() as connection:
        assert home.table.on(connection).settle("a", [Told(first, Status.ERRO, NOW, "não coube")]) == {first}
    assert home.claim(9, NOW, 60, "b") == [second]


def test_a_row_that_nobody_ever_ends_is_in_error(banco_da_fila: Engine, conta: ContaFila) -> None:
    home = QueueHome(banco_da_fila, conta, most=2)
    row = home.add(NOW)
    for step in range(2):
        assert home.claim(1, NOW + timedelta(seconds=LEASE * 2 * step), LEASE, "a") == [row]
    assert home.claim(1, NOW + timedelta(seconds=LEASE * 9), LEASE, "a") == []
    assert home.status(row) == Status.ERRO


def test_a_claim_whose_answer_was_lost_is_known_by_its_token(home: QueueHome) -> None:
    rows = [home.add(NOW), home.add(NOW)]
    home.claim(2, NOW, 60, "a")
    with home.engine.begin() as connection:
        assert [order.id for order in home.table.on(connection).mine("a")] == rows
        assert home.table.on(connection).mine("b") == []


def test_a_row_that_went_while_it_was_held_is_not_settled(home: QueueHome) -> None:
    row = home.add(NOW)
    home.claim(1, NOW, 60, "a")
    with home.engine.begin() as connection:
        connection.execute(update(home.layout.table).values(status=Status.PROCESSADO.value))
    assert home.settle("a", [row], NOW) == set()


def test_a_number_that_comes_again_is_another_row(home: QueueHome) -> None:
    home.add(NOW)
    (order,) = home.orders_claimed(1, NOW, 60, "a")
    again = Order(order.id, order.os, order.message, NOW.replace(tzinfo=None))
    assert order.identity.startswith(f"{order.id}@")
    assert order.identity != again.identity


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-3))])
def test_a_lease_lasts_as_long_whatever_zone_the_server_is_in(
    oracle: OracleServer, conta_oracle: ContaFila, zone: timezone
) -> None:
    """The server's own clock decides; its people read it in their zone, its leases are in UTC."""
    oracle.database.now = lambda: NOW.astimezone(zone)
    engine = open_engine(conta_oracle, "padrao")
    with engine.begin() as connection:
        connection.exec_driver_sql(ddl.create("oracle", conta_oracle.table, FilaColumns()))
        for statement in ddl.relay("oracle", conta_oracle.table, FilaColumns()):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"INSERT INTO {conta_oracle.table} (ID_OS) VALUES (1)")
        layout = look(connection, conta_oracle, "padrao")
    table = QueueTable(layout, lease=LEASE, most=99, ordered=True, is_dead=holder.is_dead, clock=FixedClock(NOW))

    def claimed(seconds: float) -> int:
        oracle.database.now = lambda: (NOW + timedelta(seconds=seconds)).astimezone(zone)
        with engine.begin() as connection:
            return len(table.on(connection).claim(1, NOW, LEASE, "a"))

    assert [claimed(seconds) for seconds in (0, LEASE - 1, LEASE + 1)] == [1, 0, 1]
    oracle.kill_sessions()
    engine.dispose()


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Let this process be in a zone, as PostgreSQL's library and Oracle's driver learn of it."""

    def move(oracle: str, postgres: str) -> None:
        monkeypatch.setenv("TZ", oracle)
        monkeypatch.setenv("PGTZ", postgres)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("conta", ["oracle", "postgres"], indirect=True)
def test_workers_in_two_zones_agree_on_when_a_lease_ends(
    banco_da_fila: Engine, conta: ContaFila, in_zone: Callable[[str, str], None]
) -> None:
    """By the real clock of a real session: three hours early or three hours late, and it would be seen."""
    with banco_da_fila.begin() as connection:
        layout = look(connection, conta, "padrao")
        connection.execute(insert(layout.table).values(os=1, message="texto"))
    table = QueueTable(layout, lease=1.0, most=99, ordered=True, is_dead=holder.is_dead)
    zones = [("UTC0", "UTC"), ("<-03>3", "America/Sao_Paulo")]
    engines = []
    for zone in zones:
        in_zone(*zone)
        engine = open_engine(conta, "padrao")
        with engine.begin() as connection:
            connection.scalar(select(literal(1)))
        engines.append(engine)
    if conta.dsn is None:
        assert {session_zone(engine) for engine in engines} == {"UTC", "America/Sao_Paulo"}

    def claimed(engine: Engine, token: str) -> bool:
        with engine.begin() as connection:
            return bool(table.on(connection).claim(1, SYSTEM.now(), 1.0, token))

    for owner, rival in (engines, engines[::-1]):
        began = time.monotonic()
        wait_until(lambda owner=owner: claimed(owner, "a"))
        early = claimed(rival, "b")
        assert not early or time.monotonic() - began > 1.0
        if not early:
            wait_until(lambda rival=rival: claimed(rival, "b"))
    for engine in engines:
        engine.dispose()


def session_zone(engine: Engine) -> str:
    with engine.begin() as connection:
        return str(connection.exec_driver_sql("SHOW TimeZone").scalar_one())
