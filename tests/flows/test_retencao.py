"""What is deleted when: table of cases, limits of one run, two runs at once, a delivery opened again meanwhile."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Configure
from sqlalchemy import func, insert, select, text, update
from support.deliveries import webhook
from support.past import happened

from core.clock import FixedClock
from flows import retencao
from flows.entregas import retention
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.session import engine, reading, transaction

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
CLOCK = FixedClock(NOW)


@pytest.fixture
def destino(banco: str) -> int:
    return webhook("https://recebe.example/x")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def counts() -> tuple[int, int, int]:
    """Return how many events, deliveries and attempts there are."""
    with reading() as db:
        events, deliveries, attempts = (
            db.scalar(select(func.count()).select_from(table)) or 0 for table in (Event, Delivery, Attempt)
        )
        return events, deliveries, attempts


@pytest.mark.parametrize(
    ("days", "estado", "left"),
    [
        (29.9, Estado.ENTREGUE, (1, 1, 2)),
        (30.1, Estado.ENTREGUE, (1, 1, 0)),
        (89.9, Estado.ENTREGUE, (1, 1, 0)),
        (90.1, Estado.ENTREGUE, (0, 0, 0)),
        (90.1, Estado.ESGOTADO, (0, 0, 0)),
        (90.1, Estado.BLOQUEADO, (0, 0, 0)),
        (89.9, Estado.RETIDO, (1, 1, 0)),
        (90.1, Estado.RETIDO, (0, 0, 0)),
        (400, Estado.PENDENTE, (1, 1, 0)),
        (400, Estado.ENVIANDO, (1, 1, 0)),
    ],
)
def test_age_and_state_decide_what_goes(destino: int, days: float, estado: Estado, left: tuple[int, int, int]) -> None:
    happened(ago(days), (destino, estado), attempts=2)
    assert retencao.limpar(CLOCK).completo
    assert counts() == left


def test_an_event_stays_whole_while_one_of_its_deliveries_is_open(destino: int) -> None:
    other = webhook("https://outra.example/x", nome="outra")
    happened(ago(100), (destino, Estado.ENTREGUE), (other, Estado.PENDENTE))
    retencao.limpar(CLOCK)
    assert counts() == (1, 2, 0)


def test_an_event_that_nobody_wanted_goes_too(banco: str) -> None:
    happened(ago(100))
    happened(ago(1))
    assert retencao.limpar(CLOCK).rows["eventos"] == 1
    assert counts() == (1, 0, 0)


def test_the_settings_decide_and_attempts_go_with_their_delivery(configure: Configure, destino: int) -> None:
    configure(retencao__tentativas_dias="50", retencao__eventos_dias="2")
    happened(ago(3), (destino, Estado.ENTREGUE), attempts=4)
    happened(ago(1), (destino, Estado.ENTREGUE), attempts=4)
    removed = retencao.limpar(CLOCK)
    assert (removed.rows["tentativas"], removed.rows["entregas"], removed.rows["eventos"]) == (0, 1, 1)
    assert counts() == (1, 1, 4)


def many(amount: int, destino: int, when: datetime, attempts: int = 1) -> None:
    """Write events by the hundred, each delivered."""
    with transaction() as db:
        rows = [
            {"message_id": f"msg_{when:%j}_{n}", "nome": "teste", "occurred_at": when, "corpo": b"{}"}
            for n in range(amount)
        ]
        events = db.scalars(insert(Event).returning(Event.id), rows).all()
        common = {"destino_id": destino, "estado": "entregue", "due_at": when, "created_at": when}
        owed = db.scalars(insert(Delivery).returning(Delivery.id), [{"event_id": e, **common} for e in events]).all()
        made = {"started_at": when, "duration_ms": 1, "outcome": "entregue"}
        tried = [{"delivery_id": d, "number": n, **made} for d in owed for n in range(attempts)]
        if tried:
            db.execute(insert(Attempt), tried)


def test_a_run_out_of_time_ends_after_a_batch_and_the_next_ones_finish(destino: int) -> None:
    many(1200, destino, ago(100))
    first = retencao.limpar(CLOCK, seconds=0)
    assert (first.rows, first.completo) == ({"tentativas": retention.BATCH}, False)
    runs = 1
    while not retencao.limpar(CLOCK, seconds=0).completo:
        runs += 1
    assert counts() == (0, 0, 0)
    assert runs == 2 + -(-1200 // retention.EVENTS_BATCH)


def test_events_that_must_stay_do_not_hide_those_behind_them(destino: int) -> None:
    for _ in range(3):
        happened(ago(200), (destino, Estado.PENDENTE))
    many(2 * retention.EVENTS_BATCH + 1, destino, ago(100), attempts=0)
    assert retencao.limpar(CLOCK).rows["eventos"] == 2 * retention.EVENTS_BATCH + 1
    assert counts() == (3, 3, 0)


def test_events_of_many_destinations_go_in_batches_of_deliveries(destino: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 5)
    others = [webhook("https://outra.example/x", nome=f"outra-{n}") for n in range(2)]
    for _ in range(11):
        happened(ago(100), *((number, Estado.ENTREGUE) for number in (destino, *others)))
    assert retencao.limpar(CLOCK, seconds=0).rows["entregas"] == 5
    removed = retencao.limpar(CLOCK)
    assert (removed.rows["entregas"], removed.completo, counts()) == (28, True, (0, 0, 0))


def test_two_runs_at_once_share_the_work(destino: int) -> None:
    many(1500, destino, ago(100))
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: retencao.limpar(CLOCK), range(2)))
    retencao.limpar(CLOCK)
    assert counts() == (0, 0, 0)
    assert sum(run.rows["tentativas"] for run in done) <= 1500
    assert sum(run.rows["eventos"] for run in done) <= 1500


def test_a_second_run_finds_nothing(destino: int) -> None:
    happened(ago(100), (destino, Estado.ENTREGUE), attempts=1)
    retencao.limpar(CLOCK)
    assert retencao.limpar(CLOCK) == retencao.Removed(completo=True)


@pytest.fixture
def reopened(postgres: str) -> Iterator[tuple[int, threading.Event]]:
    """A delivery that another transaction opens again, and has not committed yet."""
    destino = webhook("https://recebe.example/x")
    event_id = happened(ago(100), (destino, Estado.ESGOTADO))
    opened, go = threading.Event(), threading.Event()

    def rival() -> None:
        with transaction() as db:
            db.execute(update(Delivery).values(estado=Estado.PENDENTE))
            opened.set()
            go.wait(60)

    thread = threading.Thread(target=rival)
    thread.start()
    assert opened.wait(60)
    yield event_id, go
    go.set()
    thread.join()


def test_a_delivery_being_opened_again_is_neither_deleted_nor_waited_for(reopened: tuple[int, threading.Event]) -> None:
    assert retencao.limpar(CLOCK).rows["eventos"] == 0
    assert counts() == (1, 1, 0)


def test_a_delivery_opened_between_the_choice_and_the_deletion_keeps_its_event(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    destino = webhook("https://recebe.example/x")
    happened(ago(100), (destino, Estado.ESGOTADO))
    plain = retention.delete_chosen

    def after_a_rival(*arguments: object) -> int:
        with engine().begin() as rival:
            rival.execute(text("UPDATE delivery SET estado = 'pendente'"))
        return plain(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(retention, "delete_chosen", after_a_rival)
    retencao.limpar(CLOCK)
    assert counts() == (1, 1, 0)


@pytest.mark.parametrize("table", ["event", "attempt"])
def test_old_rows_are_found_by_an_index(destino: int, table: str) -> None:
    many(2000, destino, ago(1))
    happened(ago(100), (destino, Estado.ENTREGUE), attempts=1)
    column = {"event": "occurred_at", "attempt": "started_at"}[table]
    query = f"SELECT id FROM {table} WHERE {column} < '2026-04-01' ORDER BY {column} LIMIT 250"
    with transaction() as db:
        db.execute(text("ANALYZE"))
        explain = "EXPLAIN" if engine().dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = str(db.execute(text(f"{explain} {query}")).all())
    assert f"ix_{table}_{column}" in plan


def test_a_slice_says_what_is_left_and_the_next_ones_finish(destino: int, monkeypatch: pytest.MonkeyPatch) -> None:
    many(1200, destino, ago(100))
    monkeypatch.setattr(retencao, "SLICE_SECONDS", 0)
    first = retencao.fatia(CLOCK)
    assert (dict(first.contagem), first.restam) == ({"tentativas": retention.BATCH}, True)
    while retencao.fatia(CLOCK).restam:
        pass
    assert counts() == (0, 0, 0)
