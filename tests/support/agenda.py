"""A daily job of the tests: what its work did is noted, and how it goes is decided by the test."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import select

from core.agenda import Feito, Job
from core.clock import FixedClock
from flows.agenda import owing, running
from storage.models.agenda import AgendaDia
from storage.session import reading

TASK = "teste.trabalhar"


def at(text: str) -> datetime:
    """Return an instant of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Toil:
    """The work of a job: the days for which it was done; `fault` is raised, `pieces` says in how many it is done."""

    days: list[date] = field(default_factory=list)
    fault: Exception | None = None
    pieces: int = 1
    meanwhile: Callable[[], object] | None = None

    def __call__(self, dia: date) -> Feito:
        self.days.append(dia)
        if self.meanwhile is not None:
            self.meanwhile()
        if self.fault is not None:
            raise self.fault
        return Feito({"linhas": 2}, restam=len(self.days) % self.pieces != 0)


def job(hora: str = "08:00", janela: int = 240, nome: str = "enviar_relatorios") -> Job:
    """Return a job at that time."""
    return Job(nome, TASK, hora, janela)


@dataclass
class Beat:
    """Beat, and a worker that does at once what it asks for."""

    clock: FixedClock
    toil: Toil
    jobs: list[Job] = field(default_factory=lambda: [job()])

    def tick(self, when: str | None = None) -> int:
        """Look at an instant of UTC; return how many rows were begun."""
        if when is not None:
            self.clock.instant = at(when)
        found = owing.due(self.jobs, self.clock)
        for task, number in found:
            running.look(number, task, self.toil, self.clock)
        return len(found)

    def ticks(self, *whens: str) -> list[int]:
        """Look at several instants."""
        return [self.tick(when) for when in whens]


def days(nome: str = "enviar_relatorios") -> list[tuple[str, str]]:
    """Return the days of a job and what became of each."""
    with reading() as db:
        query = select(AgendaDia).where(AgendaDia.tarefa == nome).order_by(AgendaDia.dia)
        return [(one.dia.isoformat(), one.estado) for one in db.scalars(query)]
