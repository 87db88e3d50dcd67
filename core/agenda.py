"""Jobs by the clock: what is to be done once on each day of one zone, and what does it.

Which there are stands in `beat_schedule.py`; what each of them does is the function of its task, which any process may
do, with or without a worker.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core import queues
from core.wall_clock import wall_instant


@dataclass(frozen=True)
class Feito:
    """What a piece of work did, counted by what it is called; with `restam` it goes on at once, behind all others."""

    contagem: Mapping[str, int] = field(default_factory=dict)
    restam: bool = False


# Does a job for one local day, or a piece of it of some seconds. It may be done again after a crash. That it went well
# is said by returning; what went wrong is raised, after the rest was done.
Work = Callable[[date], Feito]


@dataclass(frozen=True)
class Occasion:
    """When a job is due for one local day, and until when it is made up."""

    dia: date
    devida_em: datetime
    ate: datetime


@dataclass(frozen=True)
class Job:
    """A daily job: `nome` is typed, `tarefa` its task, `hora` is `HH:MM` or empty (off), `janela` is in minutes."""

    nome: str
    tarefa: str
    hora: str
    janela: int

    def on(self, day: date, zone: ZoneInfo) -> Occasion:
        """Return when it is due on a day; a time that the clock leaves out comes with the first one that follows."""
        due = wall_instant(day, self.hora, zone)
        return Occasion(day, due, due + timedelta(minutes=self.janela))

    def next(self, now: datetime, zone: ZoneInfo) -> Occasion:
        """Return the first occasion after an instant."""
        today = now.astimezone(zone).date()
        ahead = (self.on(today + timedelta(days=days), zone) for days in range(-1, 3))
        return next(one for one in ahead if one.devida_em > now)


_work_of: dict[str, Work] = {}


def serve(task: str, work: Work) -> None:
    """Note what the task of a job does."""
    _work_of[task] = work


def work_of(task: str) -> Work:
    """Return what the task of a job does."""
    queues.tasks()  # it lets all of them declare themselves
    return _work_of[task]
