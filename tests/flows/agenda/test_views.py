"""The agenda as people see it: the last time, the next, the state, what was missed."""

import pytest
from support.agenda import Beat, Toil, at, job

from claims import last_times
from core.clock import FixedClock
from core.errors import Transient
from flows.agenda import views
from flows.agenda.executing import executar
from flows.agenda.views import LineView
from storage.models.limites import RAN


@pytest.fixture
def beat(banco: str) -> Beat:
    running = Beat(FixedClock(at("2026-03-02 00:00")), Toil())
    running.tick()
    return running


def line(beat: Beat, when: str) -> LineView:
    beat.clock.instant = at(when)
    (found,) = views.agenda(beat.jobs, {}, beat.clock)
    return found


def test_before_the_first_run(beat: Beat) -> None:
    found = line(beat, "2026-03-02 09:00")
    assert (found.quando, found.situacao, found.ultima) == ("todo dia às 08:00", "nunca rodou", None)
    assert found.proxima == at("2026-03-02 11:00")


def test_after_a_run(beat: Beat) -> None:
    beat.tick("2026-03-02 11:00")
    found = line(beat, "2026-03-02 12:00")
    assert (found.situacao, found.ultima, found.proxima) == ("feita", at("2026-03-02 11:00"), at("2026-03-03 11:00"))
    assert found.quem
    found = line(beat, "2026-03-03 11:10")
    assert (found.situacao, found.proxima) == ("devida", at("2026-03-04 11:00"))


def test_one_that_was_done_before_its_time_comes_again_tomorrow(beat: Beat) -> None:
    executar(job(), beat.toil, FixedClock(at("2026-03-02 08:00")))
    found = line(beat, "2026-03-02 09:00")
    assert (found.situacao, found.proxima) == ("feita", at("2026-03-03 11:00"))


def test_one_that_fails_says_why_until_its_window_ends(beat: Beat) -> None:
    beat.toil.fault = Transient("O servidor de e-mail não respondeu.")
    beat.tick("2026-03-02 11:00")
    found = line(beat, "2026-03-02 12:00")
    assert (found.situacao, found.falha) == ("falhando", "O servidor de e-mail não respondeu.")
    # also where no beat is there to say that it is over
    found = line(beat, "2026-03-02 15:00")
    assert (found.situacao, [day.isoformat() for day in found.perdidas]) == ("perdida", ["2026-03-02"])


def test_one_that_is_under_way(beat: Beat) -> None:
    seen: list[str] = []
    beat.toil.meanwhile = lambda: seen.append(views.agenda(beat.jobs, {}, beat.clock)[0].situacao)
    beat.tick("2026-03-02 11:00")
    assert seen == ["em andamento"]


def test_days_that_were_missed_stay_to_be_seen_after_one_that_was_done(beat: Beat) -> None:
    beat.tick("2026-03-04 18:00")
    beat.tick("2026-03-05 11:00")
    found = line(beat, "2026-03-05 12:00")
    assert found.situacao == "feita"
    assert [day.isoformat() for day in found.perdidas] == ["2026-03-02", "2026-03-03", "2026-03-04"]


@pytest.mark.parametrize(
    ("when", "state"),
    [("2026-03-03 10:59", "feita"), ("2026-03-03 14:59", "devida"), ("2026-03-03 15:00", "perdida")],
)
def test_where_no_beat_looks_what_cron_left_out_is_seen_by_the_clock(banco: str, when: str, state: str) -> None:
    cron = Beat(FixedClock(at("2026-03-02 11:00")), Toil())
    executar(job(), cron.toil, cron.clock)
    assert line(cron, when).situacao == state


def test_a_task_of_a_period(beat: Beat) -> None:
    periods = {"sat.varrer": 5.0, "sefaz.varrer": 1800.0, "fila.vigiar": 15.0}
    last_times.note(RAN + "sat.varrer", beat.clock)
    last_times.note(RAN + "sefaz.varrer", beat.clock)
    beat.clock.advance(180)
    found = {one.nome: one for one in views.agenda([], periods, beat.clock)}
    assert {name: one.situacao for name, one in found.items()} == {
        "sat.varrer": "parada",
        "sefaz.varrer": "em dia",
        "fila.vigiar": "nunca rodou",
    }
    assert found["sefaz.varrer"].proxima == at("2026-03-02 00:30")
    assert found["sat.varrer"].proxima is None
