"""Acknowledging open alerts, and reminding of those that nobody acknowledged."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts import telling
from events import disparar_varios
from storage.models.alertas import Alerta


def acknowledge(alerta: Alerta, now: datetime) -> None:
    """Acknowledge an alert: no more reminders."""
    alerta.reconhecido_em = alerta.reconhecido_em or now


def remind(db: Session, every: timedelta, now: datetime, calados: Collection[tuple[str, str]] = ()) -> list[str]:
    """Remind of alerts that were announced and have been open and unacknowledged for that long, except silent objects.

    `calados` are pairs of source and object. Return the `webhook-id` of each event.
    """
    last = func.coalesce(Alerta.lembrado_em, Alerta.aberto_em)
    waiting = (Alerta.resolvido_em.is_(None), Alerta.reconhecido_em.is_(None), last <= now - every)
    told = Alerta.severidade_avisada.is_not(None)
    query = select(Alerta).where(*waiting, told).order_by(Alerta.id).with_for_update(skip_locked=True)
    due = [alerta for alerta in db.scalars(query) if (alerta.fonte, alerta.objeto) not in calados]
    for alerta in due:
        alerta.lembrado_em = now
    return disparar_varios([telling.reminded(alerta) for alerta in due], db)
