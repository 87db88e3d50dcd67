"""What is due by the clock is a row for each job and day: made up within its window, later told as missed."""

import json

import pytest
from conftest import Configure
from sqlalchemy import select
from support.agenda import Beat, Toil, at, days, job

from core.clock import FixedClock
from core.errors import Transient
from flows.agenda import owing
from storage.models.agenda import AgendaTarefa
from storage.models.eventos import Event
from storage.session import reading

DONE, MISSED, OWED = "feita", "perdida", "pendente"


@pytest.fixture
def beat(banco: str) -> Beat:
    """Beat, up since the evening before."""
    running = Beat(FixedClock(at("2026-03-02 00:00")), Toil())
    running.tick()
    return running


def told() -> list[str]:
    with reading() as db:
        rows = db.scalars(select(Event).where(Event.nome.startswith("alerta_")).order_by(Event.id)).all()
    return [f"{row.nome}: {json.loads(row.corpo)['dados']['mensagem']}" for row in rows]


def test_a_job_is_done_once_when_its_time_has_come(beat: Beat) -> None:
    assert beat.ticks("2026-03-02 10:59", "2026-03-02 11:00", "2026-03-02 11:01", "2026-03-02 15:01") == [0, 1, 0, 0]
    assert days() == [("2026-03-02", DONE)]
    assert beat.ticks("2026-03-03 10:59", "2026-03-03 11:00") == [0, 1]
    assert [day.isoformat() for day in beat.toil.days] == ["2026-03-02", "2026-03-03"]


@pytest.mark.parametrize(
    ("back", "begun", "wanted"),
    [
        ("2026-03-02 11:20", 1, [("2026-03-02", DONE)]),
        ("2026-03-02 14:59", 1, [("2026-03-02", DONE)]),
        ("2026-03-02 15:00", 0, [("2026-03-02", MISSED)]),
        ("2026-03-03 02:59", 0, [("2026-03-02", MISSED)]),
        ("2026-03-03 11:00", 1, [("2026-03-02", MISSED), ("2026-03-03", DONE)]),
        ("2026-03-05 10:00", 0, [("2026-03-02", MISSED), ("2026-03-03", MISSED), ("2026-03-04", MISSED)]),
    ],
)
def test_after_a_pause_it_is_made_up_once_within_its_window_and_missed_later(
    beat: Beat, back: str, begun: int, wanted: list[tuple[str, str]]
) -> None:
    beat.tick("2026-03-02 10:50")
    assert beat.ticks(back, back) == [begun, 0]
    assert days() == wanted


def test_what_was_missed_is_told_once_and_its_return_too(beat: Beat) -> None:
    beat.tick("2026-03-04 16:00")
    beat.tick("2026-03-04 16:01")
    assert len(told()) == 1
    assert "não foi feita em 02/03/2026, 03/03/2026 e 04/03/2026" in told()[0]
    assert "nada que a fizesse estava no ar" in told()[0]
    beat.tick("2026-03-05 11:00")
    from flows.alertas.judging import judge

    judge({}, beat.clock)
    assert told()[1:] == ["alerta_resolvido: Resolvido: enviar_relatorios foi feita."]


def test_of_the_days_before_there_was_the_job_none_was_missed(banco: str) -> None:
    beat = Beat(FixedClock(at("2026-03-02 18:00")), Toil())
    beat.tick()
    assert (days(), told()) == ([], [])
    beat.tick("2026-03-03 11:00")
    assert days() == [("2026-03-03", DONE)]


def test_a_new_installation_does_what_is_still_in_its_window(banco: str) -> None:
    beat = Beat(FixedClock(at("2026-03-02 12:00")), Toil())
    assert beat.tick() == 1


def test_a_long_pause_is_told_of_its_last_month_only(beat: Beat) -> None:
    beat.tick("2027-03-02 18:00")
    assert len(days()) == 32
    assert "32 dias" not in told()[0]
    assert "31 dias, os últimos 26/02/2027" in told()[0]


def test_a_job_that_fails_is_tried_again_within_its_window_then_it_is_missed(beat: Beat) -> None:
    beat.toil.fault = Transient("O servidor de e-mail não respondeu.")
    minutes = [f"2026-03-02 {hour:02}:{minute:02}" for hour in range(11, 15) for minute in range(0, 60, 10)]
    assert 6 < sum(beat.ticks(*minutes)) < 12
    assert days() == [("2026-03-02", OWED)]
    assert beat.tick("2026-03-02 15:00") == 0
    assert days() == [("2026-03-02", MISSED)]
    assert "O servidor de e-mail não respondeu." in told()[0]
    assert "tentada" in told()[0]


def test_a_job_that_failed_and_goes_well_later_is_done(beat: Beat) -> None:
    beat.toil.fault = ZeroDivisionError()
    beat.tick("2026-03-02 11:00")
    beat.toil.fault = None
    assert beat.ticks("2026-03-02 11:00", "2026-03-02 11:02", "2026-03-02 11:04") == [0, 1, 0]
    assert (days(), told()) == ([("2026-03-02", DONE)], [])


def test_a_clock_that_is_set_back_makes_nothing_twice(beat: Beat) -> None:
    assert beat.ticks("2026-03-02 11:00", "2026-03-02 09:00", "2026-03-02 11:00") == [1, 0, 0]
    assert beat.ticks("2026-03-03 11:00", "2026-03-02 11:00", "2026-03-02 16:00", "2026-03-03 11:00") == [1, 0, 0, 0]
    assert [day.isoformat() for day in beat.toil.days] == ["2026-03-02", "2026-03-03"]


def test_what_was_installed_with_a_clock_that_was_years_ahead_is_done_today(banco: str) -> None:
    installed = Beat(FixedClock(at("2030-01-01 09:00")), Toil())
    assert installed.ticks("2030-01-01 09:00", "2026-03-02 11:00", "2026-03-03 11:00") == [0, 1, 1]
    assert installed.ticks("2026-03-04 16:00", "2026-03-04 16:00") == [0, 0]
    assert days() == [("2026-03-02", DONE), ("2026-03-03", DONE), ("2026-03-04", MISSED)]


def test_after_a_clock_that_was_years_ahead_today_is_done_and_nothing_is_wrong(beat: Beat) -> None:
    beat.ticks("2030-01-01 11:00", "2030-01-02 18:00")
    assert beat.tick("2026-03-02 11:00") == 1
    from flows.alertas.judging import judge

    judge({}, beat.clock)
    assert ("2026-03-02", DONE) in days()
    assert told()[-1] == "alerta_resolvido: Resolvido: enviar_relatorios foi feita."


@pytest.mark.parametrize(
    ("hora", "now", "begun"),
    [
        # after today's run another time is tomorrow's
        ("10:00", "2026-03-02 13:00", 0),
        ("07:00", "2026-03-02 13:00", 0),
        ("10:00", "2026-03-03 12:59", 0),
        ("10:00", "2026-03-03 13:00", 1),
    ],
)
def test_a_time_that_is_changed_after_todays_run_counts_from_tomorrow(
    beat: Beat, hora: str, now: str, begun: int
) -> None:
    beat.tick("2026-03-02 11:00")
    beat.jobs = [job(hora)]
    beat.tick("2026-03-02 12:00")
    assert beat.tick(now) == begun


@pytest.mark.parametrize(
    ("hora", "begun", "wanted"),
    [
        # in its window it is done at once
        ("09:00", 1, [("2026-03-02", DONE)]),
        # a time that was not its own when it passed was not missed
        ("03:00", 0, []),
    ],
)
def test_a_time_that_is_changed_to_an_earlier_one_before_todays_run(
    beat: Beat, hora: str, begun: int, wanted: list[tuple[str, str]]
) -> None:
    beat.jobs = [job("15:00")]
    beat.tick("2026-03-02 13:00")
    beat.jobs = [job(hora)]
    assert beat.tick("2026-03-02 13:30") == begun
    assert days() == wanted
    assert told() == []


def test_another_zone_makes_no_day_twice(beat: Beat, configure: Configure) -> None:
    assert beat.tick("2026-03-02 11:00") == 1
    configure(core__timezone="America/Manaus")
    assert beat.ticks("2026-03-02 11:30", "2026-03-02 12:00", "2026-03-02 23:00") == [0, 0, 0]
    assert beat.ticks("2026-03-03 11:00", "2026-03-03 12:00") == [0, 1]
    configure(core__timezone="Pacific/Kiritimati")
    assert beat.ticks("2026-03-03 18:00", "2026-03-04 18:00") == [1, 1]
    assert days() == [(f"2026-03-0{day}", DONE) for day in (2, 3, 4, 5)]


def test_a_job_that_is_off_is_neither_done_nor_missed(beat: Beat) -> None:
    beat.toil.fault = ZeroDivisionError()
    beat.tick("2026-03-02 11:00")
    beat.jobs = [job("")]
    assert beat.ticks("2026-03-02 11:30", "2026-03-02 18:00", "2026-03-05 18:00") == [0, 0, 0]
    assert (days(), told()) == ([], [])
    beat.jobs, beat.toil.fault = [job()], None
    assert beat.ticks("2026-03-05 18:01", "2026-03-06 11:00") == [0, 1]
    assert (days(), told()) == ([("2026-03-06", DONE)], [])


@pytest.mark.parametrize(
    ("hora", "ticks", "begun", "dia"),
    [
        # 2018-11-04: midnight is followed by one o'clock, which is 03:00 of UTC
        ("00:30", ("2018-11-04 02:59", "2018-11-04 03:00", "2018-11-04 03:30"), [0, 1, 0], "2018-11-04"),
        ("00:00", ("2018-11-04 02:59", "2018-11-04 03:00", "2018-11-04 04:00"), [0, 1, 0], "2018-11-04"),
        # 2018-02-17: the hour from 23:00 comes twice, at 01:00 and at 02:00 of UTC
        ("23:30", ("2018-02-18 01:29", "2018-02-18 01:30", "2018-02-18 02:30"), [0, 1, 0], "2018-02-17"),
        ("00:00", ("2018-02-18 02:59", "2018-02-18 03:00", "2018-02-18 03:01"), [0, 1, 0], "2018-02-18"),
        # the year's end, and a leap day
        ("23:59", ("2027-01-01 02:58", "2027-01-01 02:59", "2027-01-01 03:00"), [0, 1, 0], "2026-12-31"),
        ("00:00", ("2027-01-01 02:59", "2027-01-01 03:00", "2027-01-01 03:01"), [0, 1, 0], "2027-01-01"),
        ("08:00", ("2028-02-29 10:59", "2028-02-29 11:00", "2028-02-29 11:01"), [0, 1, 0], "2028-02-29"),
        # a window that goes on over midnight: it is yesterday's
        ("23:30", ("2026-03-03 02:29", "2026-03-03 04:00", "2026-03-03 04:01"), [0, 1, 0], "2026-03-02"),
    ],
)
def test_every_day_of_the_local_calendar_has_its_run(
    banco: str, hora: str, ticks: tuple[str, ...], begun: list[int], dia: str
) -> None:
    before = at(ticks[0]).replace(hour=0, minute=0)
    beat = Beat(FixedClock(before), Toil(), [job(hora)])
    # what is due when the job is first seen is not looked at here
    beat.tick()
    beat.toil.days.clear()
    assert beat.ticks(*ticks) == begun
    assert [day.isoformat() for day in beat.toil.days] == [dia]


def test_a_tick_with_nothing_new_writes_nothing(beat: Beat, monkeypatch: pytest.MonkeyPatch) -> None:
    beat.tick("2026-03-02 11:00")
    monkeypatch.setattr(owing, "transaction", lambda: 1 / 0)
    assert beat.tick("2026-03-02 11:01") == 0
    with reading() as db:
        assert db.get_one(AgendaTarefa, "enviar_relatorios").desde == at("2026-03-02 00:00")
