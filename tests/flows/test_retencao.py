"""How far one run of retention goes: limits of time, two at once, a slice and what is left."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from support.deliveries import webhook
from support.past import counts, happened, many

from core.clock import FixedClock
from core.upkeep import Upkeep, upkeeps
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


@pytest.mark.parametrize("ahead", [timedelta(hours=20), timedelta(days=1500)], ids=["some hours", "years"])
def test_a_clock_that_is_ahead_for_a_while_deletes_no_more_than_a_day_early(destino: int, ahead: timedelta) -> None:
    """What is gone is gone: deliveries that wait for their destination, and what SEFAZ was asked this hour."""
    retencao.limpar(FixedClock(ago(1)))
    for days in (0, 30, 88.5, 89.5):
        happened(ago(days), (destino, Estado.RETIDO))
    assert retencao.limpar(FixedClock(NOW + ahead)).completo
    assert counts()[0] == 3
    retencao.limpar(CLOCK)
    retencao.limpar(FixedClock(NOW + timedelta(days=1)))
    assert counts()[0] == 3


def test_after_a_long_rest_each_run_catches_up_by_two_days_and_one_rule_that_fails_holds_up_no_other(
    destino: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    retencao.limpar(FixedClock(ago(6)))
    for days in (91, 93, 97):
        happened(ago(days), (destino, Estado.ENTREGUE))

    def broken(now: datetime) -> Iterator[dict[str, int]]:
        raise ZeroDivisionError
        yield {}

    monkeypatch.setattr(retencao, "upkeeps", lambda: {"quebrado": Upkeep(retention=(broken,)), **upkeeps()})
    left = []
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            retencao.limpar(CLOCK)
        left.append(counts()[0])
    assert left == [2, 1, 0]


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
