"""What one destination is owed is taken with as few questions as it has limits, and all of it in order."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from sqlalchemy import event
from support.deliveries import SECRET, attempts, change, change_delivery, deliveries, destination, fire, webhook
from support.statements import statements

from core.clock import SYSTEM
from events.delivery import taking
from events.delivery.book import FIRST_ROWS, Book
from events.delivery.drain import drain
from events.delivery.kind import Made
from events.delivery.outcome import DELIVERED, Outcome
from events.delivery.plan import Done, Plan, Taken
from events.delivery.rows import Owed
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


def ended(owed: Owed, outcome: Outcome = DELIVERED) -> Done:
    made = Made(outcome, SYSTEM.now(), 3, 204, "", "127.0.0.1:1")
    return Done(owed, made, outcome.estado, SYSTEM.now())


def written(book: Book, *destinos: int, idle: bool = True, outcome: Outcome = DELIVERED) -> tuple[Taken, list[str]]:
    """Take what these have, and write that all of it is delivered; return the turn's result and its statements."""
    found = book.turn(Plan(hints=frozenset(destinos), slots=5, rows=100))
    done = [ended(owed, outcome) for rows in found.owed.values() for owed in rows]
    held = {one.destination.id: replace(one, quota=0, idle=idle) for one in found.new}
    with statements() as said:
        return book.turn(Plan(done=done, held=held)), said


@pytest.mark.parametrize("idle", [True, False])
def test_successes_of_several_are_written_with_their_attempts_and_counters(
    banco: str, receiver: ReceiverServer, idle: bool
) -> None:
    first, second = webhook(f"{receiver.url}/x"), webhook(f"{receiver.url}/x", nome="b")
    fire(2)
    change(second, total_execucoes=5, lento=True)
    book = Book(None, lambda one: 24, SYSTEM)
    taken, said = written(book, first, second, idle=idle)
    assert len(said) == 1 or not banco.startswith("postgresql")
    assert taken.freed == ({first, second} if idle else set())
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    assert {(row.tentativas, row.lease_token, row.last_error) for row in deliveries()} == {(1, None, None)}
    assert all(row.finished_at is not None for row in deliveries())
    noted = {(one.delivery_id, one.number, one.status_code, one.address) for one in attempts()}
    assert noted == {(row.id, 1, 204, "127.0.0.1:1") for row in deliveries()}
    for number, total in ((first, 2), (second, 7)):
        one = destination(number)
        assert (one.total_execucoes, one.lento, one.lease_token is None) == (total, False, idle)
        assert one.ultima_execucao is not None
        assert one.servido_em is not None
    book.close()


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({"falhas_seguidas": 3, "falhas_novas": 1, "falhando_desde": SYSTEM.now()}, True),
        ({"avisado_em": SYSTEM.now()}, True),
        ({"lease_token": "de outro"}, False),
    ],
)
def test_one_that_is_not_well_or_lost_is_judged_and_the_other_is_written_all_the_same(
    banco: str, receiver: ReceiverServer, values: Mapping[str, object], kept: bool
) -> None:
    well, other = webhook(f"{receiver.url}/x"), webhook(f"{receiver.url}/x", nome="b")
    fire()
    book = Book(None, lambda one: 24, SYSTEM)
    found = book.turn(Plan(hints=frozenset({well, other}), slots=5, rows=100))
    change(other, **values)
    held = {one.destination.id: replace(one, quota=0, idle=True) for one in found.new}
    done = [ended(owed) for rows in found.owed.values() for owed in rows]
    taken = book.turn(Plan(done=done, held=held))
    assert taken.lost == (set() if kept else {other})
    assert {row.estado for row in deliveries(well)} | {row.estado for row in deliveries(other)} == {Estado.ENTREGUE}
    assert destination(well).total_execucoes == 1
    assert destination(other).total_execucoes == int(kept)
    if kept:
        assert (destination(other).falhas_seguidas, destination(other).falhando_desde) == (0, None)
    book.close()


def test_a_row_that_was_lost_is_neither_written_nor_counted(banco: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    fire(2)
    book = Book(None, lambda one: 24, SYSTEM)
    found = book.turn(Plan(hints=frozenset({destino}), slots=5, rows=100))
    lost, mine = found.owed[destino]
    change_delivery(lost.id, lease_token="de outro")
    held = {one.destination.id: replace(one, quota=0, idle=True) for one in found.new}
    book.turn(Plan(done=[ended(lost), ended(mine)], held=held))
    assert [row.estado for row in deliveries()] == [Estado.ENVIANDO, Estado.ENTREGUE]
    assert [one.delivery_id for one in attempts()] == [mine.id]
    assert destination(destino).total_execucoes == 1
    book.close()
