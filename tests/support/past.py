"""Rows that happened some days ago, written as the product writes them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update

from core.ids import message_id
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.session import reading, transaction


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


def many(amount: int, destino: int, when: datetime, attempts: int = 1) -> None:
    """Write events by the hundred, each delivered."""
    with transaction() as db:
        rows = [
            {"message_id": f"msg_{when:%j}_{n}", "nome": "teste", "occurred_at": when, "corpo": b"{}"}
            for n in range(amount)
        ]
        events = db.scalars(insert(Event).returning(Event.id), rows).all()
        common = {"destino_id": destino, "estado": "entregue", "due_at": when, "created_at": when}
        owed = db.scalars(insert(Delivery).returning(Delivery.id), [{"event_id": e, **common} for e in events]).all()
        made = {"started_at": when, "duration_ms": 1, "outcome": "entregue"}
        tried = [{"delivery_id": d, "number": n, **made} for d in owed for n in range(attempts)]
        if tried:
            db.execute(insert(Attempt), tried)


def counts() -> tuple[int, int, int]:
    """Return how many events, deliveries and attempts there are."""
    with reading() as db:
        events, deliveries, attempts = (
            db.scalar(select(func.count()).select_from(table)) or 0 for table in (Event, Delivery, Attempt)
        )
        return events, deliveries, attempts


def set_delivery(event_ids: Sequence[int], **values: object) -> None:
    """Set columns of the deliveries of these events."""
    with transaction() as db:
        db.execute(update(Delivery).where(Delivery.event_id.in_(event_ids)).values(**values))
