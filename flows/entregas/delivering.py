"""Deliver in this process: what an event owes now, or all that is due."""

import time
from collections.abc import Sequence

from sqlalchemy import or_, select, text

from core.clock import SYSTEM
from core.stopping import stopping
from events.delivery import ahead, drain, engine, sweep
from events.delivery.choosing import served_by
from events.delivery.rows import ROWS, SLOTS, free_the_dead
from storage.models.destinos import Destino
from storage.models.eventos import OPEN_SQL, Delivery, Estado, Event
from storage.session import reading

WAIT_SECONDS = 20.0
POLL_SECONDS = 0.1
# What is left after that long is found by the next look.
DUE_SECONDS = 300.0


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


def deliver_due(longest: float = DUE_SECONDS) -> engine.Report:
    """Deliver what is due to any destination, where no worker does; what a worker holds is left to it."""
    free_the_dead()
    ahead.put_right()
    ends, total = time.monotonic() + longest, engine.Report()
    for destino_id, _ in sweep.everywhere(SYSTEM):
        more = True
        while more and time.monotonic() < ends and not stopping():
            done = drain.drain(destino_id)
            total.feitas, total.entregues = total.feitas + done.feitas, total.entregues + done.entregues
            more = done.mais
    return total


def _due(message_id: str) -> Sequence[int]:
    """Return the destinations still owed a first or a due attempt."""
    first_or_due = ROWS.overdue(SYSTEM.now()) | (Delivery.estado == Estado.ENVIANDO)
    with reading() as db:
        return db.scalars(
            select(Delivery.destino_id)
            .join(Event, Delivery.event_id == Event.id)
            .join(Destino, Delivery.destino_id == Destino.id)
            .where(Event.message_id == message_id, text(OPEN_SQL), first_or_due, served_by(None))
            .where(*SLOTS.ready, or_(SLOTS.overdue(SYSTEM.now()), SLOTS.held))
        ).all()
