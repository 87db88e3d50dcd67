"""Deliveries as an operator sees them: list, look at one, deliver now in this process."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Row, func, or_, select, text

from core.clock import SYSTEM
from core.errors import UsageError
from events import wake
from events.delivery import drain, sweep
from events.delivery.kind import queue_of
from events.delivery.queue import ROWS, SLOTS
from storage.models import Attempt, Delivery, Destino, Event
from storage.models.eventos import OPEN_SQL, Estado
from storage.recovery import recover
from storage.session import reading

LIST_LIMIT = 100
WAIT_SECONDS = 20.0
POLL_SECONDS = 0.1
PATIENCE_SECONDS = 0.25


@dataclass(frozen=True)
class Shown:
    """One delivery with its event, its destination and every attempt."""

    delivery: Delivery
    event: Event
    destino: Destino
    attempts: Sequence[Attempt]


def listar(estado: str | None = None, limite: int = LIST_LIMIT) -> Sequence[Row[Delivery, Event, Destino]]:
    """Return the newest deliveries, of one state if asked."""
    if estado is not None and estado not in set(Estado):
        raise UsageError(f"Estado desconhecido: {estado!r}. Use {', '.join(Estado)}.")
    query = (
        select(Delivery, Event, Destino)
        .join(Event, Delivery.event_id == Event.id)
        .join(Destino, Delivery.destino_id == Destino.id)
        .order_by(Delivery.id.desc())
        .limit(limite)
    )
    with reading() as db:
        return db.execute(query if estado is None else query.where(Delivery.estado == estado)).all()


def mostrar(delivery_id: int) -> Shown:
    """Return one delivery; raise `UsageError` when there is none with this number."""
    with reading() as db:
        delivery = db.get(Delivery, delivery_id) if abs(delivery_id) < 2**63 else None
        if delivery is None:
            raise UsageError(f"Não há entrega com o número {delivery_id}.")
        attempts = db.scalars(select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.id)).all()
        event, destino = db.get_one(Event, delivery.event_id), db.get_one(Destino, delivery.destino_id)
        return Shown(delivery, event, destino, attempts)


def contar() -> dict[str, int]:
    """Return how many deliveries are in each state."""
    with reading() as db:
        counted = db.execute(select(Delivery.estado, func.count()).group_by(Delivery.estado))
        return dict(counted.tuples().all())


def de_evento(message_id: str) -> Sequence[Row[Delivery, Event, Destino]]:
    """Return the deliveries of one event."""
    with reading() as db:
        return db.execute(
            select(Delivery, Event, Destino)
            .join(Event, Delivery.event_id == Event.id)
            .join(Destino, Delivery.destino_id == Destino.id)
            .where(Event.message_id == message_id)
            .order_by(Delivery.id)
        ).all()


def entregar_agora(message_id: str) -> None:
    """Deliver what one event owes, in this process; where a worker holds the destination, wait for it a while."""
    recover((ROWS, SLOTS))
    ends = time.monotonic() + WAIT_SECONDS
    while (waiting := _due(message_id)) and time.monotonic() < ends:
        if all(drain.drain(destino_id).ocupado for destino_id in waiting):
            time.sleep(POLL_SECONDS)


def entregar_varios(message_ids: Sequence[str]) -> None:
    """Deliver what several events owe, in this process."""
    for message_id in message_ids:
        entregar_agora(message_id)


def drenar(destino_id: int) -> drain.Report:
    """Drain one destination; when rows are left, ask for another drain, behind the others."""
    return drain.drain(destino_id, patience=PATIENCE_SECONDS, then=partial(_again, destino_id))


def _again(destino_id: int, report: drain.Report) -> None:
    if report.mais:
        with reading() as db:
            destino = db.get_one(Destino, destino_id)
        wake.send([(destino.id, queue_of(destino.tipo, destino.lento))])


def acordar_vencidas() -> int:
    """Wake every destination with due rows and a free slot; return how many were told."""
    return wake.send(sweep.sweep())


def _due(message_id: str) -> Sequence[int]:
    """Return the destinations still owed a first or a due attempt."""
    first_or_due = (Delivery.due_at <= SYSTEM.now()) | (Delivery.estado == Estado.ENVIANDO)
    with reading() as db:
        return db.scalars(
            select(Delivery.destino_id)
            .join(Event, Delivery.event_id == Event.id)
            .join(Destino, Delivery.destino_id == Destino.id)
            .where(Event.message_id == message_id, text(OPEN_SQL), first_or_due)
            .where(*SLOTS.ready, or_(Destino.due_at <= SYSTEM.now(), Destino.lease_token.is_not(None)))
        ).all()
