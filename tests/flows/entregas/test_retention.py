"""Which attempts and events are deleted: table of cases, what must stay, a delivery opened again meanwhile."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Configure
from sqlalchemy import text, update
from support.deliveries import webhook
from support.past import counts, happened, many

from flows.entregas import retention
from storage.models.eventos import Delivery, Estado
from storage.session import engine, transaction

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)


@pytest.fixture
def destino(banco: str) -> int:
    return webhook("https://recebe.example/x")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def swept() -> Counter[str]:
    """Delete what is too old; return how many rows went."""
    found: Counter[str] = Counter()
    for step in (*retention.attempts(NOW), *retention.events(NOW)):
        found.update(step)
    return found


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
    swept()
    assert counts() == left


def test_what_is_as_old_as_may_be_stays_and_a_moment_later_it_goes(sqlite: str) -> None:
    number = webhook("https://recebe.example/x")
    happened(ago(30), (number, Estado.ENTREGUE), attempts=1)
    happened(ago(90))
    assert swept() == Counter()
    moment = NOW + timedelta(microseconds=1)
    assert [dict(step) for step in (*retention.attempts(moment), *retention.events(moment))] == [
        {"tentativas": 1},
        {"entregas": 0, "eventos": 1},
    ]


def test_an_event_stays_whole_while_one_of_its_deliveries_is_open(destino: int) -> None:
    other = webhook("https://outra.example/x", nome="outra")
    happened(ago(100), (destino, Estado.ENTREGUE), (other, Estado.PENDENTE))
    swept()
    assert counts() == (1, 2, 0)


def test_an_event_that_nobody_wanted_goes_too(banco: str) -> None:
    happened(ago(100))
    happened(ago(1))
    assert swept()["eventos"] == 1
    assert counts() == (1, 0, 0)


def test_the_settings_decide_and_attempts_go_with_their_delivery(configure: Configure, destino: int) -> None:
    configure(retencao__tentativas_dias="50", retencao__eventos_dias="2")
    happened(ago(3), (destino, Estado.ENTREGUE), attempts=4)
    happened(ago(1), (destino, Estado.ENTREGUE), attempts=4)
    assert swept() == Counter({"entregas": 1, "eventos": 1})
    assert counts() == (1, 1, 4)


def test_events_that_must_stay_do_not_hide_those_behind_them(destino: int) -> None:
    for _ in range(3):
        happened(ago(200), (destino, Estado.PENDENTE))
    many(2 * retention.EVENTS_BATCH + 1, destino, ago(100), attempts=0)
    assert swept()["eventos"] == 2 * retention.EVENTS_BATCH + 1
    assert counts() == (3, 3, 0)


def test_events_of_many_destinations_go_in_batches_of_deliveries(destino: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 5)
    others = [webhook("https://outra.example/x", nome=f"outra-{n}") for n in range(2)]
    for _ in range(11):
        happened(ago(100), *((number, Estado.ENTREGUE) for number in (destino, *others)))
    steps = [step["entregas"] for step in retention.events(NOW)]
    assert (max(steps), sum(steps), counts()) == (5, 33, (0, 0, 0))


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
    assert swept()["eventos"] == 0
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
    swept()
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
