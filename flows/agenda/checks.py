"""What `diagnostico` tells of the daily jobs: those that were not done, or that fail."""

from collections.abc import Iterator

from sqlalchemy import select

from alerts.agenda import perdida
from alerts.moment import Moment
from core.checks import OK, WARNING, Finding
from core.clock import SYSTEM
from core.text import plural
from storage.models.agenda import AgendaDia, EstadoDia
from storage.session import reading

FIX = "`esteira agenda` mostra tudo; `esteira tarefas executar`, com o nome, faz agora o que falta."


def tarefas() -> Iterator[Finding]:
    """Tell of each job that was missed or fails; one line where all is well, none where nothing ever ran."""
    with reading() as db:
        judged = list(perdida.judge(Moment(db, SYSTEM.now())))
        failing = (AgendaDia.estado == EstadoDia.PENDENTE, AgendaDia.falha.is_not(None))
        faults = [(one.tarefa, one.falha or "") for one in db.scalars(select(AgendaDia).where(*failing))]
    missed = [(one.objeto, one.mensagem.partition(". `")[0]) for one in judged if one.ativo]
    for nome, said in (*missed, *((nome, f"falhou: {falha}") for nome, falha in faults)):
        yield Finding(f"tarefas:{nome}", WARNING, said, FIX)
    if judged and not missed and not faults:
        yield Finding("tarefas", OK, f"{plural(len(judged), 'tarefa diária', 'tarefas diárias')}, nada perdido")


CHECKS = {"tarefas": tarefas}
