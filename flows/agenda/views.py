"""The agenda as people see it: all that runs by itself, when it last did and will again, and what was missed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.agenda import perdida
from alerts.fluxos.parado import LEAST, PERIODS
from core.agenda import Job
from core.clock import SYSTEM, Clock
from core.settings.core import CoreSettings
from core.text import human_duration
from flows.agenda.rows import DAYS
from storage.models.agenda import AgendaDia, EstadoDia
from storage.models.limites import RAN, Marca
from storage.session import reading

DESLIGADA, NUNCA, EM_DIA, PARADA = "desligada", "nunca rodou", "em dia", "parada"
EM_ANDAMENTO, FALHANDO, DEVIDA = "em andamento", "falhando", "devida"


@dataclass(frozen=True)
class LineView:
    """Something that runs by itself: a daily job, or a task of a period.

    `perdidas` are the days of the last month on which a job was not done; `quem` did it last, or tried to.
    """

    nome: str
    tarefa: str
    quando: str
    situacao: str
    ultima: datetime | None
    proxima: datetime | None
    quem: str | None = None
    falha: str | None = None
    perdidas: tuple[date, ...] = ()


def agenda(jobs: Sequence[Job], periodos: Mapping[str, float], clock: Clock = SYSTEM) -> list[LineView]:
    """Return a line for each daily job, then one for each task of a period, given in seconds."""
    now, zone = clock.now(), CoreSettings.current().zone
    with reading() as db:
        lines = [_job(db, job, now, zone) for job in jobs]
        return [*lines, *_periods(db, periodos, now)]


def _job(db: Session, job: Job, now: datetime, zone: ZoneInfo) -> LineView:
    today = now.astimezone(zone).date()
    known = (AgendaDia.tarefa == job.nome, AgendaDia.dia > today - timedelta(days=perdida.DAYS), AgendaDia.dia <= today)
    rows = list(db.scalars(select(AgendaDia).where(*known).order_by(AgendaDia.dia.desc())))
    held = bool(DAYS.holders(db, AgendaDia.tarefa == job.nome))
    done = [one for one in rows if one.estado == EstadoDia.FEITA]
    last = rows[0] if rows else None
    return LineView(
        nome=job.nome,
        tarefa=job.tarefa,
        quando=f"todo dia às {job.hora}" if job.hora else "nunca",
        situacao=EM_ANDAMENTO if held else _state(job, last, now, zone),
        ultima=done[0].concluida_em if done else None,
        proxima=_next(job, done, now, zone),
        quem=last.quem if last else None,
        falha=last.falha if last else None,
        perdidas=tuple(one.dia for one in reversed(rows) if _missed(one, now)),
    )


def _missed(one: AgendaDia, now: datetime) -> bool:
    """Tell whether a day is over, also where no beat is there to say so."""
    return one.estado == EstadoDia.PERDIDA or (one.estado == EstadoDia.PENDENTE and one.ate <= now)


def _state(job: Job, last: AgendaDia | None, now: datetime, zone: ZoneInfo) -> str:
    if not job.hora:
        return DESLIGADA
    if last is None:
        return NUNCA
    if _missed(last, now):
        return EstadoDia.PERDIDA.value
    if last.estado == EstadoDia.PENDENTE:
        return FALHANDO if last.falha else DEVIDA
    # the last row may be of a day long ago, where nobody looks any more
    due = job.on(now.astimezone(zone).date(), zone)
    if last.dia < due.dia - timedelta(days=1) or (last.dia < due.dia and due.ate <= now):
        return EstadoDia.PERDIDA.value
    return DEVIDA if last.dia < due.dia and due.devida_em <= now else EstadoDia.FEITA.value


def _next(job: Job, done: Sequence[AgendaDia], now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the next time of a job whose day is not done already."""
    if not job.hora:
        return None
    one = job.next(now, zone)
    return job.on(one.dia + timedelta(days=1), zone).devida_em if done and done[0].dia == one.dia else one.devida_em


def _periods(db: Session, periodos: Mapping[str, float], now: datetime) -> Iterator[LineView]:
    noted = {nome: instante for nome, instante in db.execute(select(Marca.nome, Marca.instante))}  # noqa: C416
    for tarefa, seconds in sorted(periodos.items()):
        period, last = timedelta(seconds=seconds), noted.get(RAN + tarefa)
        stopped = last is not None and now - last > max(PERIODS * period, LEAST)
        yield LineView(
            nome=tarefa,
            tarefa=tarefa,
            quando=f"a cada {human_duration(seconds)}",
            situacao=NUNCA if last is None else PARADA if stopped else EM_DIA,
            ultima=last,
            proxima=None if last is None or stopped else max(last + period, now),
        )
