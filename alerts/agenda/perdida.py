"""A daily job was not done within its window: nothing was up to do it, or it failed each time."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import takewhile

from sqlalchemy import select

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from core.settings.core import CoreSettings
from storage.models.agenda import AgendaDia, AgendaTarefa, EstadoDia

# As many days as are made up for after a long pause.
DAYS = 31
SHOWN = 5


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per job: its last days, up to one on which it was done, are missing."""
    for nome in moment.db.scalars(select(AgendaTarefa.nome).order_by(AgendaTarefa.nome)).all():
        # Of a clock that was wrong for a while there may be days to come.
        ended = (AgendaDia.estado != EstadoDia.PENDENTE, AgendaDia.devida_em <= moment.now)
        query = select(AgendaDia).where(AgendaDia.tarefa == nome, *ended).order_by(AgendaDia.dia.desc()).limit(DAYS)
        missed = list(takewhile(lambda one: one.estado == EstadoDia.PERDIDA, moment.db.scalars(query)))
        yield _judged(nome, missed)


def _judged(nome: str, missed: Sequence[AgendaDia]) -> Judgement:
    return Judgement(
        nome,
        "perdida",
        WARNING,
        ativo=bool(missed),
        mensagem=_said(nome, missed) if missed else "",
        resolvido=f"{nome} foi feita.",
        # the next day that is missed is told again
        causa=missed[0].dia.isoformat() if missed else None,
        valores={"dias": len(missed)},
    )


def _said(nome: str, missed: Sequence[AgendaDia]) -> str:
    last, zone = missed[0], CoreSettings.current().zone
    at, until = (f"{one.astimezone(zone):%H:%M}" for one in (last.devida_em, last.ate))
    why = f"tentada {last.tentativas}x: {last.falha}" if last.falha else "nada que a fizesse estava no ar"
    return (
        f"{nome} não foi feita em {_days([one.dia for one in missed])}: era para as {at}, ou até as {until}; {why}. "
        "`esteira tarefas executar`, com o seu nome, a faz agora; `esteira agenda` mostra tudo."
    )


def _days(days: Sequence[date]) -> str:
    """Return days, the latest first, as people write them, the oldest first."""
    shown = [f"{day:%d/%m/%Y}" for day in reversed(days[:SHOWN])]
    more = f"{len(days)} dias, os últimos " if len(days) > SHOWN else ""
    return more + (f"{', '.join(shown[:-1])} e {shown[-1]}" if len(shown) > 1 else shown[0])
