"""Deliveries by hand: send one again, recover what a destination missed."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, insert, or_, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import Conflict, UsageError
from events import subscriptions, wake
from events.audience import wanted_by
from events.delivery.kind import task_of
from events.delivery.rows import ROWS
from flows.entregas.views import absent
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Estado, Event
from storage.pages import LARGEST_KEY
from storage.session import transaction

LONGEST = timedelta(days=14)
# Recovered rows fall due one after the other, so that fresh events find room between them.
PER_SECOND = 10
FAILED = (Estado.ESGOTADO, Estado.BLOQUEADO)
BATCH = 1000
AGAIN = ROWS.owing(
    bindparam("turn"),
    Delivery.id == bindparam("row_id"),
    or_(*(Delivery.estado == estado for estado in FAILED)),
    estado=Estado.PENDENTE,
    tentativas=0,
    finished_at=None,
)


def resend(number: int, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> str:
    """Begin a new run of attempts for a delivery that ended; return its event's `webhook-id`, which stays."""
    now = clock.now()
    with transaction() as db:
        delivery = db.get(Delivery, number, with_for_update=True) if abs(number) <= LARGEST_KEY else None
        destino = db.get_one(Destino, delivery.destino_id) if delivery else None
        if delivery is None or destino is None or not caller.owns(destino.usuario_id):
            raise absent(number)
        if delivery.estado == Estado.ENVIANDO:
            raise Conflict(f"A entrega {number} está sendo enviada agora.")
        if destino.desligado_em or destino.pausado_em or not destino.ativo:
            raise Conflict(f"O destino {destino.nome} não está ligado: retome-o antes.")
        ROWS.owe(db, now, Delivery.id == number, estado=Estado.PENDENTE, tentativas=0, finished_at=None)
        wake.after_commit(db, {destino.id: task_of(destino.tipo, destino.lento)})
        return db.get_one(Event, delivery.event_id).message_id


def recover(destino_id: int, desde: datetime, *, tudo: bool = False, clock: Clock = SYSTEM) -> int:
    """Make due again what a destination failed to get since an instant; with `tudo` also what it was never owed.

    At most 14 days back, a few per second. Returns how many deliveries.
    """
    now = clock.now()
    if now - desde > LONGEST:
        raise UsageError("Só é possível recuperar os últimos 14 dias.", campo="desde")
    if desde > now:
        raise UsageError("O início da recuperação está no futuro.", campo="desde")
    with transaction() as db:
        failed = _failed(db, destino_id, desde)
        if failed:
            turns = [{"row_id": row, "turn": _turn(now, number)} for number, row in enumerate(failed)]
            db.connection().execute(AGAIN, turns)
        missed = _missed(db, destino_id, desde) if tudo else []
        rows = [_new(destino_id, event_id, now, len(failed) + number) for number, event_id in enumerate(missed)]
        for start in range(0, len(rows), BATCH):
            db.execute(insert(Delivery), rows[start : start + BATCH])
        return len(failed) + len(missed)


def _failed(db: Session, destino_id: int, desde: datetime) -> list[int]:
    query = select(Delivery.id).where(
        Delivery.destino_id == destino_id, Delivery.estado.in_(FAILED), Delivery.created_at >= desde
    )
    return list(db.scalars(query.order_by(Delivery.id)))


def _missed(db: Session, destino_id: int, desde: datetime) -> list[int]:
    """Return the events that the destination is subscribed to and was never owed, the oldest first."""
    destino = db.get_one(Destino, destino_id)
    owed = exists().where(Delivery.event_id == Event.id, Delivery.destino_id == destino_id)
    named = Event.nome.in_(subscriptions.names(destino.eventos, destino.tipo))
    query = select(Event).where(Event.occurred_at >= desde, named, wanted_by(db, destino), ~owed)
    return [event.id for event in db.scalars(query.order_by(Event.id))]


def _new(destino_id: int, event_id: int, now: datetime, number: int) -> dict[str, object]:
    return {
        "event_id": event_id,
        "destino_id": destino_id,
        "estado": Estado.PENDENTE,
        "tentativas": 0,
        "due_at": _turn(now, number),
        "created_at": now,
    }


def _turn(now: datetime, number: int) -> datetime:
    return now + timedelta(seconds=number / PER_SECOND)
