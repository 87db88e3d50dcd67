"""Do a job by hand, or by cron: the same rows as beat's, so that whoever comes first does it and the others say so.

docs/reference/contracts/integracoes.md §5.1.
"""

import json
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims import holder
from claims.crash import after_crash
from core.agenda import Job, Occasion, Work
from core.clock import SYSTEM, Clock
from core.settings.core import CoreSettings
from flows.agenda.rows import DAYS, row
from flows.agenda.running import COMMAND, RESTAM, Relato, take
from storage.models.agenda import AgendaDia, EstadoDia
from storage.rows import add_missing
from storage.session import reading, transaction

JA_FEITA, EM_ANDAMENTO = "ja_feita", "em_andamento"


def executar(job: Job, work: Work, clock: Clock = SYSTEM, *, again: bool = False) -> Relato:
    """Do what a job owes: an earlier day whose window is open, else today, also before its time or after its window.

    With `again` also what is done already.
    """
    after_crash((DAYS,), clock)
    with transaction() as db:
        number, done = _owed(db, job, clock.now(), again=again)
    if done is not None:
        return done
    turn = take(number, job.tarefa, work, f"{holder.host()} ({COMMAND})", clock, early=True)
    if turn is None:
        return _somebody_else(number)
    while (told := turn.piece(keep=True)).situacao == RESTAM:
        pass
    return told


def _owed(db: Session, job: Job, now: datetime, *, again: bool) -> tuple[int, Relato | None]:
    """Return the row to take, made if need be; or how it stands where nothing is to be done."""
    today = now.astimezone(CoreSettings.current().zone).date()
    add_missing(db, AgendaDia, [row(job, _today(job, today, now))])
    earlier = (AgendaDia.dia < today, AgendaDia.estado == EstadoDia.PENDENTE, AgendaDia.ate > now)
    mine = select(AgendaDia).where(AgendaDia.tarefa == job.nome)
    one = db.scalar(mine.where(*earlier).order_by(AgendaDia.dia).limit(1))
    if one is None:
        one = db.scalars(mine.where(AgendaDia.dia == today)).one()
    if one.estado == EstadoDia.FEITA and not again:
        return one.id, _done(one)
    # a day that was given up is owed again, and so is one that is to be done once more: what it does is counted anew
    ended = (AgendaDia.id == one.id, AgendaDia.estado != EstadoDia.PENDENTE)
    DAYS.owe(db, now, *ended, estado=EstadoDia.PENDENTE.value, contagem=None)
    return one.id, None


def _today(job: Job, today: date, now: datetime) -> Occasion:
    """Return today's occasion; of a job without a time it is now."""
    if job.hora:
        return job.on(today, CoreSettings.current().zone)
    return Occasion(today, now, now + timedelta(minutes=job.janela))


def _done(one: AgendaDia) -> Relato:
    counted = json.loads(one.contagem or "{}")
    return Relato(one.tarefa, one.dia, JA_FEITA, one.quem or "", one.concluida_em or one.devida_em, counted)


def _somebody_else(number: int) -> Relato:
    """Tell who has a row that could not be claimed; it may be done by now."""
    with reading() as db:
        one = db.get_one(AgendaDia, number)
        if one.estado == EstadoDia.FEITA:
            return _done(one)
        holders = DAYS.holders(db, AgendaDia.id == number)
    who = holder.told(holders[0]) if holders else one.quem or ""
    return Relato(one.tarefa, one.dia, EM_ANDAMENTO, who, one.devida_em)
