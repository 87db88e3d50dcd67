"""Deliver what an event owes now, in this process."""

import time
from collections.abc import Sequence

from sqlalchemy import or_, select, text

from core.clock import SYSTEM
from events.delivery import drain
from events.delivery.rows import ROWS, SLOTS, free_the_dead
from storage.models.destinos import Destino
from storage.models.eventos import OPEN_SQL, Delivery, Estado, Event
from storage.session import reading

WAIT_SECONDS = 20.0
POLL_SECONDS = 0.1


def deliver_now(message_id: str) -> None:
    """Deliver what one event owes, in this process; where a worker holds the destination, wait for it a while."""
    free_the_dead()
    ends = time.monotonic() + WAIT_SECONDS
    while (waiting := _due(message_id)) and time.monotonic() < ends:
        if all(drain.drain(destino_id).ocupado for destino_id in waiting):
            time.sleep(POLL_SECONDS)


def deliver_all(message_ids: Sequence[str]) -> None:
    """Deliver what several events owe, in this process."""
    for message_id in message_ids:
        deliver_now(message_id)


def _due(message_id: str) -> Sequence[int]:
    """Return the destinations still owed a first or a due attempt."""
    first_or_due = ROWS.overdue(SYSTEM.now()) | (Delivery.estado == Estado.ENVIANDO)
    with reading() as db:
        return db.scalars(
            select(Delivery.destino_id)
            .join(Event, Delivery.event_id == Event.id)
            .join(Destino, Delivery.destino_id == Destino.id)
            .where(Event.message_id == message_id, text(OPEN_SQL), first_or_due)
            .where(*SLOTS.ready, or_(SLOTS.overdue(SYSTEM.now()), SLOTS.held))
        ).all()
