"""Nobody judges any more: a process of a worker sees it by itself, and one of them tells."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from support.deliveries import webhook

from claims import last_times
from core.clock import SYSTEM, FixedClock
from events import disparar_webhook
from events.delivery.sweep import SWEEP
from flows.alertas import alone
from flows.alertas.judging import judge
from flows.alertas.runs import JUDGED
from storage.models.eventos import Event
from storage.models.limites import RAN
from storage.session import reading


class Watch:
    """The clock by which a process waits, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    found = Watch()
    monkeypatch.setattr(alone, "time", found)
    monkeypatch.setattr(alone, "_seen", (None, 0.0))
    return found


@pytest.fixture
def clock(banco: str) -> FixedClock:
    return FixedClock(SYSTEM.now())


def told() -> Iterator[tuple[str, str]]:
    with reading() as db:
        for row in db.scalars(select(Event).where(Event.nome.startswith("alerta_")).order_by(Event.id)):
            yield row.nome, json.loads(row.corpo)["dados"]["mensagem"]


def looks(watch: Watch, clock: FixedClock, times: int, seconds: float = 60) -> None:
    """Look again and again, so long after each other."""
    for _ in range(times):
        watch.seconds += seconds
        clock.advance(seconds)
        alone.look(clock.now())


def test_while_the_sources_are_judged_nothing_is_told(watch: Watch, clock: FixedClock) -> None:
    for _ in range(10):
        judge({}, clock)
        looks(watch, clock, 1)
    assert list(told()) == []


def test_that_nobody_judges_is_told_once_and_its_end_too(watch: Watch, clock: FixedClock) -> None:
    judge({}, clock)
    looks(watch, clock, 5)
    assert list(told()) == []
    looks(watch, clock, 5)
    ((nome, said),) = told()
    assert nome == "alerta_aberto"
    assert "há 6 minutos: o beat parou" in said
    judge({}, clock)
    assert [nome for nome, _ in told()] == ["alerta_aberto", "alerta_resolvido"]
    looks(watch, clock, 5)
    assert len(list(told())) == 2


def test_with_beat_alive_it_is_the_worker_that_is_missing(watch: Watch, clock: FixedClock) -> None:
    judge({}, clock)
    for _ in range(7):
        looks(watch, clock, 1)
        last_times.note(RAN + "sat.varrer", clock)
    ((_, said),) = told()
    assert "o worker da fila default não responde" in said


@pytest.mark.parametrize("judged", [False, True])
def test_a_process_that_begins_to_look_knows_nothing_yet(watch: Watch, clock: FixedClock, judged: bool) -> None:
    """Also of an installation where nothing was ever judged, and of one that was off for a night."""
    if judged:
        judge({}, clock)
    clock.advance(8 * 3600)
    looks(watch, clock, 4)
    assert list(told()) == []


def test_a_machine_that_slept_tells_nothing(watch: Watch, clock: FixedClock) -> None:
    judge({}, clock)
    looks(watch, clock, 2)
    clock.advance(timedelta(hours=9).total_seconds())
    alone.look(clock.now())
    assert list(told()) == []


def test_of_many_processes_one_tells(watch: Watch, clock: FixedClock) -> None:
    judge({}, clock)
    alone.look(clock.now())
    watch.seconds += 301
    together = threading.Barrier(4)

    def process(_: int) -> None:
        together.wait()
        alone.look(clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(process, range(4)))
    assert len(list(told())) == 1


def test_what_is_due_is_sent_meanwhile_and_the_figure_of_the_sweep_stays(
    watch: Watch, clock: FixedClock, broker: str
) -> None:
    webhook("https://exemplo.com.br/x")
    disparar_webhook("alerta_aberto", {"mensagem": "Olá"})
    last_times.note(JUDGED, clock)
    alone.look(clock.now())
    watch.seconds += 301
    clock.advance(301)
    assert alone.look(clock.now()) == 1
    with reading() as db:
        assert last_times.last(db, SWEEP) is None
