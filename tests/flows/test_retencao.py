"""How far one run of retention goes: limits of time, two at once, a slice and what is left."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from support.deliveries import webhook
from support.past import counts, happened, many

from core.clock import FixedClock
from flows import retencao
from flows.entregas import retention
from storage.models.eventos import Estado

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
CLOCK = FixedClock(NOW)


@pytest.fixture
def destino(banco: str) -> int:
    return webhook("https://recebe.example/x")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_a_run_out_of_time_ends_after_a_batch_and_the_next_ones_finish(destino: int) -> None:
    many(1200, destino, ago(100))
    first = retencao.limpar(CLOCK, seconds=0)
    assert (first.rows, first.completo) == ({"tentativas": retention.BATCH}, False)
    runs = 1
    while not retencao.limpar(CLOCK, seconds=0).completo:
        runs += 1
    assert counts() == (0, 0, 0)
    assert runs == 2 + -(-1200 // retention.EVENTS_BATCH)


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


def test_a_slice_says_what_is_left_and_the_next_ones_finish(destino: int, monkeypatch: pytest.MonkeyPatch) -> None:
    many(1200, destino, ago(100))
    monkeypatch.setattr(retencao, "SLICE_SECONDS", 0)
    first = retencao.fatia(CLOCK)
    assert (dict(first.contagem), first.restam) == ({"tentativas": retention.BATCH}, True)
    while retencao.fatia(CLOCK).restam:
        pass
    assert counts() == (0, 0, 0)
