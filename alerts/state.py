"""Open and close alerts: an event when a condition becomes true, one when it is no longer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.base import Avaliacao
from events import record_event
from events.catalog import AlertaAberto, AlertaLembrete, AlertaResolvido
from storage.models import Alerta
from storage.models.base import CONTA_PADRAO


@dataclass
class Changes:
    """Codes that opened and closed, and the `webhook-id` of each event recorded for it."""

    abertos: list[str] = field(default_factory=list)
    resolvidos: list[str] = field(default_factory=list)
    eventos: list[str] = field(default_factory=list)


def opened(db: Session, fonte: str, objeto: str, conta: str = CONTA_PADRAO) -> dict[str, datetime]:
    """Return since when alerts of one object are open, by code."""
    mine = (Alerta.conta == conta, Alerta.fonte == fonte, Alerta.objeto == objeto, Alerta.resolvido_em.is_(None))
    return {codigo: since for codigo, since in db.execute(select(Alerta.codigo, Alerta.aberto_em).where(*mine))}  # noqa: C416


def apply(
    db: Session,
    fonte: str,
    objeto: str,
    avaliacoes: Iterable[Avaliacao],
    now: datetime,
    conta: str = CONTA_PADRAO,
) -> Changes:
    """Bring the stored alerts of one object to these judgements, in the caller's transaction.

    A condition that could not be judged changes nothing.
    """
    mine = (Alerta.conta == conta, Alerta.fonte == fonte, Alerta.objeto == objeto, Alerta.resolvido_em.is_(None))
    opened = {alerta.codigo: alerta for alerta in db.scalars(select(Alerta).where(*mine).with_for_update())}
    changes = Changes()
    for judged in avaliacoes:
        alerta = opened.get(judged.codigo)
        if judged.erro is not None:
            continue
        if judged.ativo and alerta is None:
            alerta = Alerta(conta=conta, fonte=fonte, objeto=objeto, codigo=judged.codigo, aberto_em=now)
            _see(alerta, judged, now)
            db.add(alerta)
            opened[judged.codigo] = alerta
            changes.abertos.append(judged.codigo)
            changes.eventos.append(record_event(db, _opened(alerta)).message_id)
        elif judged.ativo and alerta is not None:
            _see(alerta, judged, now)
        elif alerta is not None and alerta.resolvido_em is None:
            alerta.resolvido_em = now
            changes.resolvidos.append(judged.codigo)
            changes.eventos.append(record_event(db, _closed(alerta, now)).message_id)
    return changes


def _see(alerta: Alerta, judged: Avaliacao, now: datetime) -> None:
    alerta.severidade, alerta.mensagem, alerta.visto_em = judged.severidade, judged.mensagem, now


def _opened(alerta: Alerta) -> AlertaAberto:
    return AlertaAberto(
        fonte=alerta.fonte,
        objeto=alerta.objeto,
        loja=alerta.objeto,
        codigo=alerta.codigo,
        severidade=alerta.severidade,
        mensagem=alerta.mensagem,
        aberto_em=alerta.aberto_em.isoformat(),
    )


def _closed(alerta: Alerta, now: datetime) -> AlertaResolvido:
    return AlertaResolvido(
        fonte=alerta.fonte,
        objeto=alerta.objeto,
        loja=alerta.objeto,
        codigo=alerta.codigo,
        severidade=alerta.severidade,
        mensagem=f"Resolvido: {alerta.mensagem}",
        aberto_em=alerta.aberto_em.isoformat(),
        resolvido_em=now.isoformat(),
    )


def acknowledge(alerta: Alerta, now: datetime) -> None:
    """Note that somebody knows: from now on nobody is reminded of it."""
    alerta.reconhecido_em = alerta.reconhecido_em or now


def remind(db: Session, every: timedelta, now: datetime) -> list[str]:
    """Tell again of alerts that are open and unacknowledged for that long; return the `webhook-id` of each event."""
    last = func.coalesce(Alerta.lembrado_em, Alerta.aberto_em)
    waiting = (Alerta.resolvido_em.is_(None), Alerta.reconhecido_em.is_(None), last <= now - every)
    due = db.scalars(select(Alerta).where(*waiting).order_by(Alerta.id).with_for_update(skip_locked=True)).all()
    for alerta in due:
        alerta.lembrado_em = now
    return [record_event(db, _still_open(alerta)).message_id for alerta in due]


def _still_open(alerta: Alerta) -> AlertaLembrete:
    return AlertaLembrete(**_opened(alerta).dados() | {"mensagem": f"Ainda aberto: {alerta.mensagem}"})
