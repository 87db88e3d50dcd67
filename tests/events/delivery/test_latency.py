"""How long first attempts were waited for: each wait in its column, added to what the rows have once a second."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from support.deliveries import webhook

from events.delivery import latency
from events.delivery.latency import INFINITE_MS, WRITE_SECONDS, Waits, bound
from storage.direct import direct
from storage.models.destinos import Latencia
from storage.session import reading, transaction

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("milliseconds", "limit"),
    [
        (0.0, 5),
        (5.0, 5),
        (5.001, 10),
        (1000.0, 1000),
        (1000.1, 2500),
        (60_000.0, 60_000),
        (60_000.1, INFINITE_MS),
        (float(INFINITE_MS) * 10, INFINITE_MS),
    ],
)
def test_a_wait_belongs_to_the_first_bound_that_it_does_not_pass(milliseconds: float, limit: int) -> None:
    assert bound(milliseconds) == limit


def rows() -> list[tuple[int, int, int, int]]:
    query = select(Latencia.destino_id, Latencia.ate_ms, Latencia.total, Latencia.soma_ms)
    with reading() as db:
        return [tuple(row) for row in db.execute(query.order_by(Latencia.destino_id, Latencia.ate_ms))]


def count(waits: Waits, destino: int, milliseconds: float) -> None:
    waits.count(destino, NOW, NOW + timedelta(milliseconds=milliseconds))


def write(waits: Waits) -> None:
    with transaction() as db:
        waits.write(direct(db))
    waits.forget()


def test_what_was_counted_is_added_to_the_rows_that_there_are(banco: str) -> None:
    first, second = (webhook("https://exemplo.com/x", nome=name) for name in "ab")
    waits = Waits()
    for milliseconds in (3, 4.6, 700):
        count(waits, second, milliseconds)
    count(waits, first, 12)
    write(waits)
    assert rows() == [(first, 25, 1, 12), (second, 5, 2, 8), (second, 1000, 1, 700)]
    count(waits, second, 1)
    write(waits)
    assert rows() == [(first, 25, 1, 12), (second, 5, 3, 9), (second, 1000, 1, 700)]


def test_what_was_forgotten_is_not_written_again(sqlite: str) -> None:
    number, waits = webhook("https://exemplo.com/x"), Waits()
    count(waits, number, 3)
    waits.forget()
    write(waits)
    assert rows() == []


def test_a_clock_that_was_behind_counts_as_no_wait(sqlite: str) -> None:
    number, waits = webhook("https://exemplo.com/x"), Waits()
    count(waits, number, -5000)
    write(waits)
    assert rows() == [(number, 5, 1, 0)]


def test_a_second_after_the_first_that_was_counted_they_are_to_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(latency, "time", SimpleNamespace(monotonic=lambda: now[0]))
    waits = Waits()
    assert waits.seconds_left is None
    count(waits, 1, 3)
    assert waits.seconds_left == WRITE_SECONDS
    now[0] += 0.75
    count(waits, 1, 3)
    assert waits.seconds_left == 0.25
    now[0] += 5
    assert waits.seconds_left == 0.0
    waits.forget()
    assert waits.seconds_left is None
