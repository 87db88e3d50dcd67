"""Successes in one statement: only where nothing else is to be done, and all of them or none."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.deliveries import attempts, change, change_delivery, deliveries, destination, fire, webhook

from core.clock import SYSTEM, FixedClock
from events.delivery import successes
from events.delivery.book import Book
from events.delivery.http.outcomes import FAILED
from events.delivery.kind import Made
from events.delivery.outcome import DELIVERED, Outcome
from events.delivery.plan import Done, Held, Plan
from events.delivery.rows import AT_ONCE, Owed
from storage.line import Line
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")
# later than anything that a test of a long run makes
NOW = SYSTEM.now() + timedelta(days=1)
UNTIL = NOW + timedelta(minutes=1)
URL = "https://exemplo.com/x"


def owed(number: int = 1, destino: int = 1) -> Owed:
    return Owed(number, destino, 0, NOW, NOW, "msg_1", "alerta_aberto", b"{}")


def ended(one: Owed, outcome: Outcome = DELIVERED) -> Done:
    return Done(one, Made(outcome, NOW, 37, 204, "", "127.0.0.1:9"), outcome.estado, NOW)


def held(**values: Any) -> Held:
    nobody: Any = None
    return Held(nobody, (), **values)


@pytest.mark.parametrize(
    ("plan", "alone"),
    [
        (Plan(done=[ended(owed())], held={1: held(idle=True)}), True),
        (Plan(done=[ended(owed()), ended(owed(2, 2))], held={1: held(), 2: held(idle=True)}), True),
        (Plan(), False),
        (Plan(held={1: held(idle=True)}), False),
        (Plan(done=[ended(owed())], held={1: held()}, last=True), False),
        (Plan(done=[ended(owed())], held={1: held()}, slots=1, rows=9), False),
        (Plan(done=[ended(owed())], held={1: held()}, unsent=[owed(2)]), False),
        (Plan(done=[ended(owed())], held={1: held(quota=3)}), False),
        (Plan(done=[ended(owed())], held={1: held(probing=True)}), False),
        (Plan(done=[ended(owed()), ended(owed(2), FAILED)], held={1: held()}), False),
        (Plan(done=[Done(owed(), None, Estado.PENDENTE, NOW)], held={1: held()}), False),
    ],
)
def test_only_successes_of_those_that_want_no_more_go_this_way(plan: Plan, alone: bool) -> None:
    assert successes.alone(plan) is alone


class Run:
    """A run that has taken what two destinations are owed; the first is idle afterwards."""

    def __init__(self) -> None:
        self.book, self.line = Book(None, lambda one: 24, FixedClock(NOW)), Line()
        self.first, self.second = webhook(URL, nome="a"), webhook(URL, nome="b")
        fire(2)
        found = self.book.turn(Plan(hints=frozenset({self.first, self.second}), slots=5, rows=100))
        self.rows = [one for rows in found.owed.values() for one in rows]
        self.held = {
            one.destination.id: replace(one, quota=0, idle=one.destination.id == self.first) for one in found.new
        }

    def write(self) -> set[int] | None:
        plan = Plan(done=[ended(one) for one in self.rows], held=self.held)
        with self.line.alone() as on:
            return successes.write(on, self.book.token, plan, UNTIL, NOW)


@pytest.fixture
def run(postgres: str) -> Iterator[Run]:
    made = Run()
    yield made
    made.line.close()
    made.book.close()


def test_all_is_written_and_only_what_is_idle_is_let_go_of(run: Run) -> None:
    change(run.second, total_execucoes=5, lento=True)
    assert run.write() == {row.id for row in deliveries()}
    assert {(row.estado, row.tentativas, row.finished_at, row.last_error) for row in deliveries()} == {
        (Estado.ENTREGUE, 1, NOW, None)
    }
    assert {(one.number, one.outcome, one.error) for one in attempts()} == {(1, "entregue", None)}
    first, second = destination(run.first), destination(run.second)
    assert (first.total_execucoes, first.lease_token, first.due_at) == (2, None, AT_ONCE)
    assert (second.total_execucoes, second.lento, second.due_at) == (7, False, UNTIL)
    assert second.lease_token == run.book.token
    assert first.ultima_execucao == second.ultima_execucao == NOW


def test_one_that_waits_for_a_token_is_due_when_it_has_one(run: Run) -> None:
    later = NOW + timedelta(seconds=20)
    run.held[run.first] = replace(run.held[run.first], free_at=later)
    assert run.write()
    assert destination(run.first).due_at == later


def test_a_row_that_somebody_else_has_is_left_to_them_and_not_counted(run: Run) -> None:
    lost = next(row for row in deliveries(run.first))
    change_delivery(lost.id, lease_token="de outro")
    assert run.write() == {row.id for row in deliveries()} - {lost.id}
    assert {row.id for row in deliveries() if row.estado == Estado.ENVIANDO} == {lost.id}
    assert (destination(run.first).total_execucoes, destination(run.second).total_execucoes) == (1, 2)
    assert lost.id not in {one.delivery_id for one in attempts()}


def test_where_every_row_is_lost_a_slow_one_stays_slow(run: Run) -> None:
    change(run.first, lento=True)
    for row in deliveries(run.first):
        change_delivery(row.id, lease_token="de outro")
    assert run.write() == {row.id for row in deliveries(run.second)}
    one = destination(run.first)
    assert (one.lento, one.total_execucoes, one.ultima_execucao, one.lease_token) == (True, 0, None, None)


@pytest.mark.parametrize(
    "values",
    [
        {"falhas_seguidas": 1},
        {"falhas_novas": 1},
        {"falhando_desde": NOW},
        {"avisado_em": NOW},
        {"circuito_espera": 30},
        {"pausado_em": NOW},
        {"desligado_em": NOW},
        {"ativo": False},
        {"lease_token": "de outro"},
    ],
)
def test_one_that_is_not_well_not_on_or_not_held_any_more_leaves_all_unwritten(
    run: Run, values: Mapping[str, object]
) -> None:
    change(run.second, **values)
    assert run.write() is None
    assert {row.estado for row in deliveries()} == {Estado.ENVIANDO}
    assert attempts() == []
    assert destination(run.first).total_execucoes == 0


def test_what_is_of_a_destination_that_is_not_held_is_not_written(run: Run) -> None:
    del run.held[run.second]
    assert run.write() is None
    assert {row.estado for row in deliveries()} == {Estado.ENVIANDO}
