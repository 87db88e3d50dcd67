"""A daily job that was not done is told by its last days, up to one on which it was done."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from conftest import Configure

from alerts.agenda import perdida
from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from storage.models.agenda import AgendaDia, AgendaTarefa, EstadoDia
from storage.session import reading, transaction

NOW = datetime(2026, 3, 10, 22, tzinfo=UTC)
TODAY = date(2026, 3, 10)
JOB = "enviar_relatorios"
DONE, MISSED, OWED = EstadoDia.FEITA, EstadoDia.PERDIDA, EstadoDia.PENDENTE

pytestmark = pytest.mark.usefixtures("sqlite")


def days(*states: EstadoDia, nome: str = JOB, falha: str | None = None, tentativas: int = 0) -> None:
    """Keep a job that is due at eleven in the morning of UTC, and what became of it today and on the days before."""
    at_eleven = datetime.combine(TODAY, time(11), UTC)
    with transaction() as db:
        db.add(AgendaTarefa(nome=nome, hora="08:00", fuso="America/Sao_Paulo", desde=NOW))
        for number, estado in enumerate(states):
            due = at_eleven - timedelta(days=number)
            times = {"dia": due.date(), "devida_em": due, "ate": due + timedelta(hours=4), "due_at": due}
            db.add(AgendaDia(tarefa=nome, estado=estado, falha=falha, tentativas=tentativas, **times))


def judged(now: datetime = NOW) -> list[Judgement]:
    with reading() as db:
        return list(perdida.judge(Moment(db, now)))


@pytest.mark.parametrize(
    ("states", "missed", "causa"),
    [
        ([], 0, None),
        ([DONE, MISSED], 0, None),
        ([MISSED], 1, "2026-03-10"),
        ([MISSED, DONE, MISSED], 1, "2026-03-10"),
        ([MISSED, MISSED, DONE], 2, "2026-03-10"),
        # what is still owed says nothing, neither that it is well
        ([OWED, MISSED, DONE], 1, "2026-03-09"),
        ([OWED, DONE, MISSED], 0, None),
        ([OWED], 0, None),
        ([MISSED] * 40, 31, "2026-03-10"),
    ],
)
def test_the_days_since_it_was_last_done_are_missing(
    states: Sequence[EstadoDia], missed: int, causa: str | None
) -> None:
    days(*states)
    (one,) = judged()
    assert (one.objeto, one.codigo, one.severidade) == (JOB, "perdida", WARNING)
    assert (one.ativo, one.valores, one.causa) == (missed > 0, {"dias": missed}, causa)
    assert one.resolvido == f"{JOB} foi feita."


def test_a_day_to_come_which_a_wrong_clock_left_is_not_looked_at() -> None:
    days(DONE, MISSED)
    due = datetime(2026, 3, 10, 11, tzinfo=UTC)
    assert [one.ativo for one in judged(due - timedelta(seconds=1))] == [True]
    assert [one.ativo for one in judged(due)] == [False]


def test_each_job_is_judged_by_its_own_days_in_the_order_of_their_names() -> None:
    days(MISSED, nome="b")
    days(DONE, nome="a")
    assert [(one.objeto, one.ativo) for one in judged()] == [("a", False), ("b", True)]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (1, "em 10/03/2026: "),
        (2, "em 09/03/2026 e 10/03/2026: "),
        (3, "em 08/03/2026, 09/03/2026 e 10/03/2026: "),
        (5, "em 06/03/2026, 07/03/2026, 08/03/2026, 09/03/2026 e 10/03/2026: "),
        (6, "em 6 dias, os últimos 06/03/2026, 07/03/2026, 08/03/2026, 09/03/2026 e 10/03/2026: "),
    ],
)
def test_the_last_days_are_named_the_oldest_first(amount: int, said: str) -> None:
    days(*[MISSED] * amount)
    assert f"{JOB} não foi feita {said}" in judged()[0].mensagem


@pytest.mark.parametrize(
    ("falha", "tentativas", "said"),
    [
        (None, 0, "; nada que a fizesse estava no ar. "),
        ("o servidor recusou", 3, "; tentada 3x: o servidor recusou. "),
    ],
)
def test_it_says_why(falha: str | None, tentativas: int, said: str) -> None:
    days(MISSED, falha=falha, tentativas=tentativas)
    assert said in judged()[0].mensagem


@pytest.mark.parametrize(
    ("zone", "said"),
    [("America/Sao_Paulo", "para as 08:00, ou até as 12:00; "), ("America/Manaus", "para as 07:00, ou até as 11:00; ")],
)
def test_its_hours_are_told_on_the_clock_of_the_installation(configure: Configure, zone: str, said: str) -> None:
    days(MISSED)
    configure(core__timezone=zone)
    assert said in judged()[0].mensagem
