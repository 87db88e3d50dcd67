"""What follows from outcomes: counters, health and events, of rows that are still held, once each."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from support.deliveries import attempts, change, change_delivery, deliveries, destination, fire, ntfy, webhook

from core.clock import SYSTEM, FixedClock
from events.delivery import settling
from events.delivery.book import Book
from events.delivery.health import Health
from events.delivery.http.outcomes import BLOCKED, BUSY, FAILED, GONE, STRAINED
from events.delivery.kind import Made
from events.delivery.outcome import DELIVERED, NO_TURN, Outcome
from events.delivery.plan import Done, Held, Plan, Taken
from events.delivery.rows import AT_ONCE, Owed
from storage.models.eventos import Estado, Event
from storage.session import reading

pytestmark = pytest.mark.usefixtures("loopback")
# later than anything that a test of a long run makes
NOW = SYSTEM.now() + timedelta(days=1)
AGAIN = NOW + timedelta(minutes=5)
REFUSED = Outcome("recusado", Estado.RETIDO, "o token foi recusado", switch_off=True, credential=True)
URL = "https://exemplo.com/x"


class Turns:
    """A run, and what it holds."""

    def __init__(self) -> None:
        self.book = Book(None, lambda one: 24, FixedClock(NOW))
        self.held: dict[int, Held] = {}

    def take(self, *destinos: int) -> dict[int, list[Owed]]:
        """Take what these are owed."""
        found = self.book.turn(Plan(hints=frozenset(destinos), slots=9, rows=100))
        self.held |= {one.destination.id: replace(one, quota=0, idle=True) for one in found.new}
        return {number: list(rows) for number, rows in found.owed.items()}

    def end(self, *done: Done) -> Taken:
        """Write how they ended, and let go of all."""
        return self.book.turn(Plan(done=done, held=self.held))


@pytest.fixture
def turns(sqlite: str) -> Iterator[Turns]:
    made = Turns()
    yield made
    made.book.close()


def ended(owed: Owed, outcome: Outcome, estado: Estado | None = None, status: int = 0) -> Done:
    made = Made(outcome, NOW, 37, status, "corpo", "127.0.0.1:9")
    return Done(owed, made, estado or outcome.estado, AGAIN)


def told() -> list[tuple[str, dict[str, Any]]]:
    """Return what was told of destinations and deliveries."""
    with reading() as db:
        rows = db.scalars(select(Event).order_by(Event.id)).all()
    return [(one.nome, json.loads(one.corpo)["dados"]) for one in rows if one.nome != "alerta_aberto"]


def settled(turns: Turns, *outcomes: tuple[Outcome, Estado], **values: object) -> int:
    """Let a destination with such columns have so many rows that ended so; return its number."""
    number = webhook(URL, nome="ERP")
    change(number, **{"total_execucoes": 0, **values})
    fire(len(outcomes))
    owed = turns.take(number)[number]
    turns.end(*(ended(one, outcome, estado) for one, (outcome, estado) in zip(owed, outcomes, strict=True)))
    return number


BAD, GIVEN_UP = (FAILED, Estado.PENDENTE), (FAILED, Estado.ESGOTADO)
GOOD = (DELIVERED, Estado.ENTREGUE)


@pytest.mark.parametrize(
    ("outcomes", "total", "errors"),
    [
        ([GOOD], 1, 0),
        ([BAD], 0, 0),
        ([GIVEN_UP], 1, 1),
        ([(BLOCKED, Estado.BLOQUEADO)], 1, 1),
        ([(NO_TURN, Estado.PENDENTE)], 0, 0),
        ([GOOD, BAD, GIVEN_UP, GOOD], 3, 1),
    ],
)
def test_a_destination_counts_what_has_ended_and_how_much_of_it_badly(
    turns: Turns, outcomes: list[tuple[Outcome, Estado]], total: int, errors: int
) -> None:
    one = destination(settled(turns, *outcomes))
    assert (one.total_execucoes, one.total_erros) == (total, errors)
    assert one.lease_token is None


@pytest.mark.parametrize(
    ("outcome", "was", "slow"),
    [
        (STRAINED, False, True),
        (BUSY, False, True),
        (DELIVERED, True, False),
        # what says nothing of its speed leaves it where it is
        (FAILED, True, True),
        (FAILED, False, False),
        (NO_TURN, True, True),
    ],
)
def test_the_last_that_speaks_of_it_moves_a_destination_between_the_queues(
    turns: Turns, outcome: Outcome, was: bool, slow: bool
) -> None:
    assert destination(settled(turns, (outcome, outcome.estado), lento=was)).lento is slow


def test_what_is_written_of_a_row_and_its_attempt(turns: Turns) -> None:
    settled(turns, BAD, GIVEN_UP, GOOD)
    bad, given_up, good = deliveries()
    assert (bad.estado, bad.tentativas, bad.due_at, bad.finished_at) == (Estado.PENDENTE, 1, AGAIN, None)
    assert (given_up.estado, given_up.tentativas, given_up.finished_at) == (Estado.ESGOTADO, 1, NOW)
    assert bad.last_error == given_up.last_error == FAILED.text
    assert (good.estado, good.finished_at, good.last_error) == (Estado.ENTREGUE, NOW, None)
    assert [(one.number, one.error, one.duration_ms, one.response, one.address) for one in attempts()] == [
        (1, error, 37, "corpo", "127.0.0.1:9") for error in (FAILED.text, FAILED.text, None)
    ]


@pytest.mark.parametrize("outcome", [NO_TURN, BLOCKED])
def test_what_was_not_asked_costs_no_attempt_but_is_on_record(turns: Turns, outcome: Outcome) -> None:
    settled(turns, (outcome, outcome.estado))
    (row,) = deliveries()
    assert row.tentativas == 0
    assert [(one.number, one.outcome) for one in attempts()] == [(1, outcome.name)]


def test_a_fault_of_our_own_only_waits(turns: Turns) -> None:
    number = webhook(URL)
    fire()
    (owed,) = turns.take(number)[number]
    turns.end(Done(owed, None, Estado.PENDENTE, AGAIN))
    (row,) = deliveries()
    assert (row.estado, row.tentativas, row.due_at, row.last_error) == (Estado.PENDENTE, 0, AGAIN, None)
    assert (attempts(), destination(number).falhas_seguidas) == ([], 0)


@pytest.mark.parametrize(("evento", "events"), [("alerta_aberto", ["entrega_esgotada"]), ("entrega_esgotada", [])])
def test_a_delivery_that_is_given_up_is_told_unless_it_told_of_one(
    turns: Turns, evento: str, events: list[str]
) -> None:
    number = webhook(URL, evento, nome="ERP")
    fire(1, evento)
    (owed,) = turns.take(number)[number]
    before = len(told())
    turns.end(ended(owed, FAILED, Estado.ESGOTADO))
    assert [name for name, _ in told()[before:]] == events


def test_one_that_is_gone_is_switched_off_and_what_it_is_owed_is_kept(turns: Turns) -> None:
    number = settled(turns, (GONE, Estado.ESGOTADO), BAD)
    one = destination(number)
    assert (one.desligado_em, one.desligado_motivo) == (NOW, GONE.text)
    assert [row.estado for row in deliveries()] == [Estado.ESGOTADO, Estado.RETIDO]
    assert [name for name, _ in told()] == ["entrega_esgotada", "destino_desligado"]
    assert told()[1][1]["motivo"] == GONE.text


def test_five_days_without_a_success_switch_off(turns: Turns) -> None:
    since = NOW - timedelta(days=5)
    number = settled(turns, BAD, falhando_desde=since, falhas_seguidas=1, falhas_novas=1)
    assert destination(number).desligado_motivo == "sem nenhum sucesso há cinco dias"
    assert deliveries()[0].estado == Estado.RETIDO


@pytest.mark.parametrize(("avisado_em", "events"), [(None, ["destino_falhando"]), (NOW - timedelta(hours=1), [])])
def test_a_day_of_failure_is_told_once(turns: Turns, avisado_em: datetime | None, events: list[str]) -> None:
    since = NOW - timedelta(days=1)
    settled(turns, BAD, falhando_desde=since, falhas_seguidas=4, falhas_novas=4, avisado_em=avisado_em)
    assert [name for name, _ in told()] == events


@pytest.mark.parametrize(("avisado_em", "events"), [(NOW - timedelta(days=1), ["destino_recuperado"]), (None, [])])
def test_that_it_is_well_is_told_only_where_it_was_told_to_fail(
    turns: Turns, avisado_em: datetime | None, events: list[str]
) -> None:
    number = settled(turns, GOOD, falhando_desde=NOW - timedelta(days=2), falhas_seguidas=3, avisado_em=avisado_em)
    assert [name for name, _ in told()] == events
    assert (destination(number).falhando_desde, destination(number).falhas_seguidas) == (None, 0)


def test_an_open_circuit_says_when_somebody_may_look_again(turns: Turns) -> None:
    number = settled(turns, BAD, falhas_seguidas=9, falhas_novas=1, falhando_desde=NOW)
    assert (destination(number).circuito_espera, destination(number).due_at) == (30, NOW + timedelta(seconds=30))


def test_a_refused_credential_switches_off_whoever_has_it(turns: Turns) -> None:
    tokens = {"um": "tk_a", "dois": "tk_a", "outro": "tk_b", "nenhum": None}
    numbers = {nome: ntfy("https://ntfy.exemplo.com", nome=nome, segredo=token) for nome, token in tokens.items()}
    hook = webhook(URL, segredo="tk_a")
    paused = ntfy("https://ntfy.exemplo.com", nome="pausado", segredo="tk_a")
    change(paused, pausado_em=NOW)
    fire()
    owed = turns.take(*numbers.values())
    turns.end(ended(owed[numbers["um"]][0], REFUSED))
    off = {nome for nome, number in numbers.items() if destination(number).desligado_em is not None}
    assert off == {"um", "dois"}
    assert (destination(hook).desligado_em, destination(paused).desligado_em) == (None, None)
    assert [data["nome"] for name, data in told() if name == "destino_desligado"] == ["um", "dois"]
    assert {row.estado for row in deliveries(numbers["dois"])} == {Estado.RETIDO}


def test_what_is_not_of_the_credential_switches_off_one_alone(turns: Turns) -> None:
    first, second = (ntfy("https://ntfy.exemplo.com", nome=nome, segredo="tk_a") for nome in ("um", "dois"))
    fire()
    owed = turns.take(first, second)
    turns.end(ended(owed[first][0], replace(REFUSED, credential=False)))
    assert destination(first).desligado_em == NOW
    assert destination(second).desligado_em is None


def test_of_a_row_that_was_lost_nothing_is_written_or_told(turns: Turns) -> None:
    number = webhook(URL)
    fire()
    (owed,) = turns.take(number)[number]
    change_delivery(owed.id, lease_token="de outro")
    turns.end(ended(owed, GONE, Estado.ESGOTADO))
    assert deliveries()[0].estado == Estado.ENVIANDO
    assert (attempts(), told(), destination(number).desligado_em) == ([], [], None)


def test_of_a_destination_that_was_lost_the_row_is_written_and_nothing_follows(turns: Turns) -> None:
    number = webhook(URL)
    fire()
    (owed,) = turns.take(number)[number]
    change(number, lease_token="de outro")
    taken = turns.end(ended(owed, GONE, Estado.ESGOTADO))
    assert (taken.lost, deliveries()[0].estado, len(attempts())) == ({number}, Estado.ESGOTADO, 1)
    assert (told(), destination(number).desligado_em, destination(number).total_execucoes) == ([], None, 0)


def slot(health: Health, free_at: datetime | None = None) -> settling.Slot:
    row: Any = None
    held = Held(row, (), free_at=free_at)
    return settling.Slot(row, held, health, False, None, 0, 0)


@pytest.mark.parametrize(
    ("health", "free_at", "due"),
    [
        (Health(), None, AT_ONCE),
        (Health(), AGAIN, AGAIN),
        (Health(), NOW, AT_ONCE),
        (Health(circuito_espera=60), None, NOW + timedelta(seconds=60)),
        # a probe comes before a token
        (Health(circuito_espera=60), AGAIN, NOW + timedelta(seconds=60)),
    ],
)
def test_a_slot_may_be_taken_again_at_once_unless_something_is_awaited(
    health: Health, free_at: datetime | None, due: datetime
) -> None:
    assert settling._free_at(slot(health, free_at), NOW) == due


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("x" * 500, "x" * 500),
        ("x" * 501, "x" * 500),
        ("a\x00b", "a\ufffdb"),
        ("\ud800" + "x" * 600, "?" + "x" * 499),
    ],
)
def test_a_reason_is_what_every_database_takes(text: str, kept: str) -> None:
    assert settling.reason_kept(text) == kept
