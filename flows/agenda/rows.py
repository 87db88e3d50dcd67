"""A job on a day, as a home of claims."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from claims.sql import SqlClaims
from core.agenda import Job, Occasion
from storage.models.agenda import AgendaDia, EstadoDia


@dataclass(frozen=True)
class Taken:
    """A claimed day of a job."""

    id: int
    tarefa: str
    dia: date
    ate: datetime
    tentativas: int
    contagem: str | None


@dataclass(frozen=True)
class Ended:
    """What is written when somebody lets go of it, and between its pieces."""

    id: int
    due_at: datetime
    estado: str
    tentativas: int
    concluida_em: datetime | None
    quem: str
    contagem: str | None
    falha: str | None


DAYS = SqlClaims(AgendaDia, Taken, Ended, ready=text("agenda_dia.estado = 'pendente'"))


def row(job: Job, one: Occasion, estado: EstadoDia = EstadoDia.PENDENTE) -> dict[str, Any]:
    """Return the row of an occasion, due when the job is."""
    return {
        "tarefa": job.nome,
        "dia": one.dia,
        "estado": estado.value,
        "devida_em": one.devida_em,
        "ate": one.ate,
        "due_at": one.devida_em,
        "tentativas": 0,
    }
