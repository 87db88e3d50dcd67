"""Rows that happened some days ago, written as the product writes them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from core.ids import message_id
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.session import transaction


def happened(when: datetime, *owed: tuple[int, Estado], attempts: int = 0) -> int:
    """Record an event at that instant, owed to each destination, with so many attempts for each; return its number."""
    with transaction() as db:
        event = Event(message_id=message_id(when), nome="alerta_aberto", occurred_at=when, corpo=b"{}")
        db.add(event)
        db.flush()
        for destino_id, estado in owed:
            row = Delivery(event_id=event.id, destino_id=destino_id, estado=estado, due_at=when, created_at=when)
            db.add(row)
            db.flush()
            db.add_all(_attempt(row.id, number, when) for number in range(1, attempts + 1))
        return event.id


def _attempt(delivery_id: int, number: int, when: datetime) -> Attempt:
    return Attempt(delivery_id=delivery_id, number=number, started_at=when, duration_ms=3, outcome="entregue")


def set_delivery(event_ids: Sequence[int], **values: object) -> None:
    """Set columns of the deliveries of these events."""
    with transaction() as db:
        db.execute(update(Delivery).where(Delivery.event_id.in_(event_ids)).values(**values))
