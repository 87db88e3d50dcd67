"""A scheduled task has not run for three of its periods: its worker is away, or it fails each time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from alerts.judgement import CRITICAL, Judgement
from alerts.moment import Moment
from core.clock import passed
from core.text import human_duration
from storage.models.limites import JUDGING_SINCE, RAN, Marca

PERIODS = 3
# Runs are noted twice a minute at most, and a worker takes a while to start.
LEAST = timedelta(minutes=2)
# So much may the clocks of two machines differ, and as much later it is told; one further ahead hides nothing.
DIFFER = timedelta(hours=1)


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per scheduled task. Periods before judging began do not count as missed."""
    notes = {nome: instante for nome, instante in moment.db.execute(select(Marca.nome, Marca.instante))}  # noqa: C416
    began = notes.get(JUDGING_SINCE, moment.now)
    for tarefa, seconds in moment.periodos.items():
        ran = passed(notes.get(RAN + tarefa), moment.now + DIFFER)
        yield _judged(tarefa, timedelta(seconds=seconds), ran, began, moment.now)


def _judged(tarefa: str, period: timedelta, ran: datetime | None, began: datetime, now: datetime) -> Judgement:
    away = now - max(ran or began, began)
    often, absent = (human_duration(one.total_seconds()) for one in (period, now - (ran or began)))
    return Judgement(
        tarefa,
        "parado",
        CRITICAL,
        ativo=away > max(PERIODS * period, LEAST),
        mensagem=f"{tarefa} não roda bem há {absent}; deveria rodar a cada {often}. "
        "Veja com `esteira diagnostico` se o worker dessa fila está no ar, e o seu log.",
        resolvido=f"{tarefa} voltou a rodar.",
        valores={"periodo": period.total_seconds()},
        rotulos={"fluxo": tarefa.partition(".")[0]},
    )
