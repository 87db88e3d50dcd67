"""What one destination is owed is taken with as few questions as it has limits, and all of it in order."""

import json
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import event
from support.deliveries import SECRET, change, deliveries, destination, fire, webhook

from core.clock import SYSTEM
from events.delivery import taking
from events.delivery.book import FIRST_ROWS, Book
from events.delivery.drain import drain
from events.delivery.plan import Plan
from sandbox.receiver import ReceiverServer
from storage.models.eventos import Estado
from storage.session import engine

pytestmark = pytest.mark.usefixtures("loopback")
LIMITS: dict[str, Mapping[str, object]] = {
    "sem limite": {"por_minuto": None},
    "prazo próprio": {"timeout": 7.0},
    "em ordem": {"ordem_estrita": True},
    "por minuto": {"por_minuto": 60},
    "circuito aberto": {"falhas_seguidas": 12, "circuito_espera": 30},
}


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


def taken(destino: int, amount: int) -> tuple[list[int], list[str]]:
    """Take one destination as a pump that was told of it; return how many rows each turn took, and the statements."""
    said: list[str] = []
    event.listen(engine(), "before_cursor_execute", lambda *given: said.append(given[2]))
    book = Book(None, lambda one: amount, SYSTEM)
    found = book.turn(Plan(hints=frozenset({destino}), slots=5, rows=100))
    book.close()
    assert [one.destination.id for one in found.new] == [destino]
    return [owed.id for owed in found.owed[destino]], said


@pytest.mark.parametrize(("limit", "rows"), [*zip(LIMITS, [3, 3, 1, 3, 1], strict=True)])
def test_one_destination_is_taken_by_its_limits(banco: str, receiver: ReceiverServer, limit: str, rows: int) -> None:
    destino = webhook(f"{receiver.url}/x")
    change(destino, **LIMITS[limit])
    fire(3)
    found, _ = taken(destino, 24)
    assert found == [row.id for row in deliveries()][:rows]
    assert [row.estado for row in deliveries()] == [Estado.ENVIANDO] * rows + [Estado.PENDENTE] * (3 - rows)
    ends = {round((row.due_at - SYSTEM.now()).total_seconds(), -1) for row in deliveries()[:rows]}
    assert ends == {40 if limit == "prazo próprio" else 60}


def test_a_usual_one_costs_one_statement_where_the_database_is_far_and_two_where_it_is_near(
    banco: str, receiver: ReceiverServer
) -> None:
    destino = webhook(f"{receiver.url}/x")
    fire(FIRST_ROWS + 1)
    found, said = taken(destino, FIRST_ROWS)
    assert len(found) == FIRST_ROWS
    assert len(said) == (1 if banco.startswith("postgresql") else 2)


@pytest.mark.parametrize("stopped", [{"pausado_em": SYSTEM.now()}, {"ativo": False}, {"lease_token": "de outro"}])
def test_who_may_not_be_served_is_not_taken(
    banco: str, receiver: ReceiverServer, stopped: Mapping[str, object]
) -> None:
    destino = webhook(f"{receiver.url}/x")
    fire()
    held = {"due_at": SYSTEM.now().replace(year=9000)} if "lease_token" in stopped else {}
    change(destino, **stopped, **held)
    book = Book(None, lambda one: 24, SYSTEM)
    found = book.turn(Plan(hints=frozenset({destino}), slots=5, rows=100))
    book.close()
    assert (found.new, found.owed) == ([], {})
    assert destination(destino).lease_token == stopped.get("lease_token")


def test_bodies_too_large_to_be_read_with_their_rows_are_sent_all_the_same(
    banco: str, receiver: ReceiverServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "BYTES", 6000)
    destino = webhook(f"{receiver.url}/x")
    for letters in (3000, 10, 5000, 4000, 20):
        fire(mensagem="x" * letters)
    while drain(destino).mais:
        pass
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    sent = [len(json.loads(request.body)["dados"]["mensagem"]) for request in receiver.requests]
    assert sorted(sent) == [10, 20, 3000, 4000, 5000]
