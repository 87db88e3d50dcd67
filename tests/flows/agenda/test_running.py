"""A day of a job is one process's at a time, done piece by piece, and ended only when it went well."""

import json
import os

import pytest
from sqlalchemy import select
from support.agenda import TASK, Beat, Toil, at, days, job

from claims import holder
from core.clock import FixedClock
from core.errors import Transient
from flows.agenda import owing, running
from flows.agenda.executing import EM_ANDAMENTO, JA_FEITA, executar
from flows.agenda.rows import DAYS
from flows.agenda.upkeep import UPKEEP
from storage.models.agenda import AgendaDia
from storage.session import reading, transaction

MORNING = "2026-03-02 11:00"


@pytest.fixture
def beat(banco: str) -> Beat:
    running = Beat(FixedClock(at("2026-03-02 00:00")), Toil())
    running.tick()
    running.clock.instant = at(MORNING)
    return running


def only() -> AgendaDia:
    with reading() as db:
        return db.scalars(select(AgendaDia)).one()


def owed(beat: Beat) -> int:
    """Return the row that beat asks for."""
    ((_, number),) = owing.due(beat.jobs, beat.clock)
    return number


def test_pieces_go_on_until_nothing_is_left_and_are_counted_together(beat: Beat, broker: str) -> None:
    beat.toil.pieces = 3
    number = owed(beat)
    told = [running.look(number, TASK, beat.toil, beat.clock) for _ in range(4)]
    assert [one and one.situacao for one in told] == ["restam", "restam", "feita", None]
    assert json.loads(only().contagem or "") == {"linhas": 6}
    assert only().concluida_em == at(MORNING)


def test_what_is_left_goes_on_with_a_message(beat: Beat, broker: str) -> None:
    from core.celery_app import app

    beat.toil.pieces = 2
    number = owed(beat)
    running.look(number, "manutencao.limpar", beat.toil, beat.clock)
    with app.connection_for_read() as connection:
        message = connection.SimpleQueue("default").get(timeout=60)
        assert (message.headers["task"], message.payload[0]) == ("manutencao.limpar", [number])
        message.ack()


def test_without_a_broker_what_is_left_goes_on_with_the_next_tick(beat: Beat) -> None:
    beat.toil.pieces = 2
    assert beat.ticks(MORNING, "2026-03-02 11:01", "2026-03-02 11:02") == [1, 1, 0]
    assert days() == [("2026-03-02", "feita")]


def test_while_one_does_it_nobody_else_does(beat: Beat) -> None:
    number = owed(beat)
    meanwhile: list[object] = []

    def others() -> None:
        meanwhile.append(running.look(number, TASK, beat.toil, beat.clock))
        meanwhile.append(executar(job(), beat.toil, beat.clock).situacao)
        meanwhile.append(owing.due(beat.jobs, beat.clock))

    beat.toil.meanwhile = others
    running.look(number, TASK, beat.toil, beat.clock)
    assert meanwhile == [None, EM_ANDAMENTO, []]
    assert len(beat.toil.days) == 1


def test_a_holder_that_died_is_followed_by_another_at_once(beat: Beat) -> None:
    number = owed(beat)
    with transaction() as db:
        dead = holder.SEPARATOR.join((holder.host(), str(os.getpid()), "1", "end"))
        assert DAYS.on(db).claim(1, beat.clock.now(), 3600, dead)
    (give_back,) = UPKEEP.claims
    assert give_back(beat.clock.now()) == 1
    assert owing.due(beat.jobs, beat.clock) == [(TASK, number)]


def test_by_hand_nobody_waits_for_a_holder_that_died(beat: Beat) -> None:
    owed(beat)
    with transaction() as db:
        dead = holder.SEPARATOR.join((holder.host(), str(os.getpid()), "1", "end"))
        assert DAYS.on(db).claim(1, beat.clock.now(), 3600, dead)
    assert executar(job(), beat.toil, beat.clock).situacao == "feita"


def test_one_that_is_under_way_at_the_end_of_its_window_may_end_well(beat: Beat) -> None:
    def at_the_end() -> None:
        beat.clock.instant = at("2026-03-02 15:01")
        owing.due(beat.jobs, beat.clock)

    beat.clock.instant = at("2026-03-02 14:59")
    beat.toil.meanwhile = at_the_end
    running.look(owed(beat), TASK, beat.toil, beat.clock)
    assert days() == [("2026-03-02", "feita")]


def test_by_hand_it_is_done_before_its_time_and_beat_does_it_no_more(beat: Beat) -> None:
    told = executar(job(), beat.toil, FixedClock(at("2026-03-02 09:00")))
    assert (told.situacao, dict(told.contagem)) == ("feita", {"linhas": 2})
    assert beat.ticks(MORNING, "2026-03-02 16:00") == [0, 0]


def test_by_hand_it_is_told_what_was_done_already_and_by_whom(beat: Beat) -> None:
    beat.tick()
    told = executar(job(), beat.toil, FixedClock(at("2026-03-02 11:30")))
    assert (told.situacao, told.em) == (JA_FEITA, at(MORNING))
    assert told.quem.endswith("(worker)")
    assert len(beat.toil.days) == 1


def test_by_hand_it_is_done_again_when_that_is_asked_for(beat: Beat) -> None:
    beat.tick()
    told = executar(job(), beat.toil, beat.clock, again=True)
    assert (told.situacao, dict(told.contagem)) == ("feita", {"linhas": 2})
    assert len(beat.toil.days) == 2


def test_by_hand_all_pieces_are_done_in_one_go(beat: Beat) -> None:
    beat.toil.pieces = 4
    told = executar(job(), beat.toil, beat.clock)
    assert (told.situacao, dict(told.contagem), len(beat.toil.days)) == ("feita", {"linhas": 8}, 4)


def test_by_hand_a_missed_day_is_made_up(beat: Beat) -> None:
    assert beat.ticks("2026-03-02 16:00") == [0]
    assert days() == [("2026-03-02", "perdida")]
    assert executar(job(), beat.toil, beat.clock).situacao == "feita"
    assert days() == [("2026-03-02", "feita")]


def test_by_hand_a_day_whose_window_goes_on_over_midnight_comes_first(beat: Beat) -> None:
    late = job("23:30")
    beat.jobs = [late]
    beat.toil.fault = Transient("não deu")
    beat.tick("2026-03-03 02:30")
    beat.toil.fault = None
    told = [executar(late, beat.toil, FixedClock(at("2026-03-03 03:30"))) for _ in range(2)]
    assert [(one.dia.isoformat(), one.situacao) for one in told] == [("2026-03-02", "feita"), ("2026-03-03", "feita")]


def test_by_hand_a_job_that_is_off_for_beat_is_done_too(beat: Beat) -> None:
    assert executar(job(""), beat.toil, beat.clock).situacao == "feita"
    assert executar(job(""), beat.toil, beat.clock).situacao == JA_FEITA


def test_by_hand_a_fault_is_handed_back_and_beat_tries_again(beat: Beat) -> None:
    beat.toil.fault = Transient("O servidor de e-mail não respondeu.")
    told = executar(job(), beat.toil, beat.clock)
    assert (told.situacao, told.falha, told.fault) == ("falhou", str(beat.toil.fault), beat.toil.fault)
    beat.toil.fault = None
    assert beat.ticks("2026-03-02 11:03") == [1]
    assert only().falha is None


def test_a_fault_nobody_foresaw_is_told_without_its_words(beat: Beat) -> None:
    beat.toil.fault = ValueError("postgresql://ana:senha@servidor")
    told = executar(job(), beat.toil, beat.clock)
    assert told.falha == "erro interno (ValueError); veja o log"
