"""Above 20 documents in ten minutes one mail tells of all of them (docs/reference/contracts/integracoes.md §6.5).

Rows decide: what is still owed to a mailbox is folded, in one transaction, into a summary that is owed to it in the
place of the others. It leaves ten minutes after the first of them, and takes in what comes until then.
"""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, TextClause, delete, func, insert, literal, or_, select, text, update
from sqlalchemy.orm import Session

from core.clock import Clock
from core.logs import get_logger
from events.catalog import CATALOG
from events.delivery.email.inside import told
from events.delivery.email.outcomes import PERHAPS
from events.delivery.kind import Message
from events.delivery.rows import ROWS
from events.email.aviso import aviso_of, avisos
from events.email.summary import EVENTS, TOTAL
from events.outbox import record_for
from storage.models.destinos import Destino
from storage.models.email import Resumida, ResumoEmail
from storage.models.eventos import OPEN_SQL, Delivery, Estado, Event
from storage.session import reading, transaction

MOST, WINDOW = 20, timedelta(minutes=10)
log = get_logger(__name__)


def folded(destino: Destino, message: Message, clock: Clock) -> bool:
    """Tell whether a delivery is told of by a summary; where there are too many, fold them first."""
    summary = aviso_of(message.evento).resumido_em
    if summary is None:
        return False
    names = {nome for nome, aviso in avisos().items() if aviso.resumido_em == summary}
    with reading() as db:
        if _state(db, destino, message) == Estado.RESUMIDO:
            return True
        if not _too_many(db, destino, names, clock.now()):
            return False
    with transaction() as db:
        _fold(db, destino.id, summary, names, clock.now())
        return _state(db, destino, message) == Estado.RESUMIDO


def dados_of(destino: Destino, message: Message, clock: Clock) -> dict[str, Any]:
    """Return the data of an event; those of a summary are what was folded into it, and from now on nothing more is."""
    dados: dict[str, Any] = json.loads(message.corpo)["dados"]
    if not any(aviso.resumido_em == message.evento for aviso in avisos().values()):
        return dados
    own = select(Delivery.id).join(Event).where(Event.message_id == message.message_id)
    mine = ResumoEmail.entrega_id == own.where(Delivery.destino_id == destino.id).scalar_subquery()
    inside = select(Resumida.entrega_id).join(ResumoEmail).where(mine)
    with transaction() as db:
        # by itself, before anything is read: whatever this process may die of then, the next one finds no more inside
        db.execute(update(ResumoEmail).where(mine, ResumoEmail.fechado_em.is_(None)).values(fechado_em=clock.now()))
    with reading() as db:
        total = db.scalar(select(func.count()).select_from(inside.subquery()))
        events = told(db, inside, aviso_of(message.evento).lidos)
    return {**dados, TOTAL: total, EVENTS: events}


def _state(db: Session, destino: Destino, message: Message) -> str | None:
    own = select(Delivery.estado).join(Event).where(Event.message_id == message.message_id)
    return db.scalar(own.where(Delivery.destino_id == destino.id))


def _too_many(db: Session, destino: Destino, names: Collection[str], now: datetime) -> bool:
    """Tell whether more are owed, or were recorded in the last ten minutes, than go out one by one."""
    owed = select(Delivery.id).join(Event).where(*_foldable(destino.id, names)).limit(MOST + 1)
    owner = Event.usuario_id.is_not_distinct_from(destino.usuario_id)
    lately = select(Event.id).where(Event.occurred_at > now - WINDOW, owner, Event.nome.in_(names)).limit(MOST + 1)
    return any(len(db.execute(query).all()) > MOST for query in (owed, lately))


def _foldable(destino_id: int, names: Collection[str]) -> tuple[ColumnElement[bool] | TextClause, ...]:
    """Return the conditions of what may be folded: owed, and not perhaps delivered already."""
    surely_not = or_(Delivery.last_error.is_(None), ~Delivery.last_error.endswith(PERHAPS, autoescape=True))
    return (Delivery.destino_id == destino_id, text(OPEN_SQL), Event.nome.in_(names), surely_not)


def _fold(db: Session, destino_id: int, aviso: str, names: Collection[str], now: datetime) -> None:
    owed = select(Delivery.id).join(Event).where(*_foldable(destino_id, names))
    first = db.scalar(select(func.min(Delivery.created_at)).where(Delivery.id.in_(owed)))
    if first is None:
        return
    resumo = _opened(db, destino_id, aviso, max(first + WINDOW, now), now)
    # what was sent again by hand belongs to the summary of today
    db.execute(delete(Resumida).where(Resumida.entrega_id.in_(owed)))
    db.execute(insert(Resumida).from_select(["entrega_id", "resumo_id"], owed.add_columns(literal(resumo))))
    inside = select(Resumida.entrega_id).where(Resumida.resumo_id == resumo)
    done = {"estado": Estado.RESUMIDO, "finished_at": now, "last_error": None}
    gone = ROWS.take_away(db, Delivery.id.in_(inside), text(OPEN_SQL), **done)
    log.info("deliveries folded into one mail", destino=destino_id, resumo=resumo, entregas=gone)


def _opened(db: Session, destino_id: int, aviso: str, due_at: datetime, now: datetime) -> int:
    """Return the summary that still takes in; where there is none, one that is owed from now on."""
    still = (ResumoEmail.destino_id == destino_id, ResumoEmail.aviso == aviso, ResumoEmail.fechado_em.is_(None))
    alive = select(ResumoEmail.id).join(Delivery, Delivery.id == ResumoEmail.entrega_id).where(*still, text(OPEN_SQL))
    found = db.scalar(alive)
    if found is not None:
        return found
    # one that was given up, or is not wanted any more, takes in nothing
    db.execute(update(ResumoEmail).where(*still).values(fechado_em=now))
    event = record_for(db, CATALOG[aviso](), db.get_one(Destino, destino_id))
    owed = {"event_id": event.id, "destino_id": destino_id, "created_at": now}
    delivery = Delivery(**owed, estado=Estado.PENDENTE, due_at=due_at)
    db.add(delivery)
    db.flush()
    resumo = ResumoEmail(entrega_id=delivery.id, destino_id=destino_id, aviso=aviso)
    db.add(resumo)
    db.flush()
    return resumo.id
