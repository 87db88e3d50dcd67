"""What the clock says is due becomes rows; what was not done within its window is told as missed.

docs/reference/contracts/integracoes.md §5.2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from alerts import state
from alerts.agenda import perdida
from alerts.moment import Moment
from claims.crash import after_crash
from core.agenda import Job
from core.clock import SYSTEM, Clock
from core.settings.core import CoreSettings
from flows.agenda.rows import DAYS, row
from storage.models.agenda import AgendaDia, AgendaTarefa, EstadoDia
from storage.rows import add_new, changed, upsert
from storage.session import reading, transaction

FONTE = "agenda"


@dataclass(frozen=True)
class News:
    """What the rows do not say yet: jobs with another time or zone, days that are owed, days that are over."""

    changed: list[dict[str, Any]]
    days: list[dict[str, Any]]
    over: list[int]
    off: bool

    def __bool__(self) -> bool:
        return bool(self.changed or self.days or self.over or self.off)


def due(jobs: Sequence[Job], clock: Clock = SYSTEM) -> list[tuple[str, int]]:
    """Bring the rows to what the clock says; return the task and the row of each day that may be begun now."""
    now, zone = clock.now(), CoreSettings.current().zone
    tasks = {job.nome: job for job in jobs if job.hora}
    after_crash((DAYS,), clock)
    with reading() as db:
        news = _news(db, tasks, now, zone)
    if news:
        with transaction() as db:
            _write(db, tasks, news, now)
    with reading() as db:
        open_ = (*DAYS.due(now), AgendaDia.ate > now, AgendaDia.tarefa.in_(tasks))
        query = select(AgendaDia.tarefa, AgendaDia.id).where(*open_).order_by(AgendaDia.id)
        return [(tasks[nome].tarefa, number) for nome, number in db.execute(query)]


def _news(db: Session, jobs: dict[str, Job], now: datetime, zone: ZoneInfo) -> News:
    today = now.astimezone(zone).date()
    known = {one.nome: one for one in db.scalars(select(AgendaTarefa))}
    first = today - timedelta(days=perdida.DAYS)
    query = select(AgendaDia.tarefa, AgendaDia.dia).where(AgendaDia.dia >= first)
    there = {(tarefa, dia) for tarefa, dia in db.execute(query)}
    registered, days = list[dict[str, Any]](), list[dict[str, Any]]()
    for job in jobs.values():
        old = known.get(job.nome)
        # one that is of a day to come was noted by a clock that was ahead
        if old is None or (old.hora, old.fuso) != (job.hora, zone.key) or old.desde.astimezone(zone).date() > today:
            registered.append({"nome": job.nome, "hora": job.hora, "fuso": zone.key, "desde": now})
        desde = old.desde if old is not None and not (registered and registered[-1]["nome"] == job.nome) else now
        begin = max(first, desde.astimezone(zone).date())
        absent = [day for day in _days(begin, today) if (job.nome, day) not in there]
        days += _occasions(job, absent, desde, now, zone)
    waiting = (*DAYS.due(now), AgendaDia.ate <= now, AgendaDia.tarefa.in_(jobs))
    over = list(db.scalars(select(AgendaDia.id).where(*waiting)))
    return News(registered, days, over, bool(known.keys() - jobs.keys()))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _occasions(
    job: Job, days: Sequence[date], desde: datetime, now: datetime, zone: ZoneInfo
) -> Iterator[dict[str, Any]]:
    """Yield the rows of days without one: owed within the window, and missed after it.

    Nothing was missed at a time that the job did not have then.
    """
    for one in (job.on(day, zone) for day in days):
        if one.devida_em <= now < one.ate:
            yield row(job, one)
        elif desde <= one.devida_em and one.ate <= now:
            yield row(job, one, EstadoDia.PERDIDA)


def _write(db: Session, jobs: dict[str, Job], news: News, now: datetime) -> None:
    upsert(db, AgendaTarefa, news.changed, ["nome"])
    if news.off:
        # what is under way goes on
        db.execute(delete(AgendaTarefa).where(AgendaTarefa.nome.not_in(jobs)))
        pending = AgendaDia.estado == EstadoDia.PENDENTE
        db.execute(delete(AgendaDia).where(pending, DAYS.free, AgendaDia.tarefa.not_in(jobs)))
    missed = [one for one in news.days if one["estado"] == EstadoDia.PERDIDA]
    add_new(db, AgendaDia, [one for one in news.days if one not in missed], "id")
    told = len(add_new(db, AgendaDia, missed, "id")) + _give_up(db, news.over, now)
    if told:
        state.apply(db, FONTE, perdida.judge(Moment(db, now)), now)


def _give_up(db: Session, over: Sequence[int], now: datetime) -> int:
    """Give up days whose window ended before they were done; return how many."""
    if not over:
        return 0
    waiting = (AgendaDia.id.in_(over), *DAYS.due(now))
    return changed(db, update(AgendaDia).where(*waiting).values(estado=EstadoDia.PERDIDA))
