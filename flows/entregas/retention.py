"""Which attempts and events are deleted: those older than the settings keep, unless something of them is still owed.

Small batches, each committed: locks are short, a kill loses one batch, and two runs share the work.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, select

from core.settings.retencao import RetentionSettings
from storage.forgetting import BATCH, forget
from storage.models.email import Resumida, ResumoEmail
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.rows import after, delete_chosen, table_of
from storage.session import transaction

OPEN = (Estado.PENDENTE, Estado.ENVIANDO)
# Each takes its deliveries along: more would only be locked to wait for the batches after.
EVENTS_BATCH = 250
ATTEMPTS, DELIVERIES, EVENTS = table_of(Attempt), table_of(Delivery), table_of(Event)
Instant = tuple[datetime, int]


@dataclass(frozen=True)
class Step:
    """A batch of events was looked at: what went, and where the next one begins."""

    last: Instant | None
    gone: Mapping[str, int]


def attempts(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete old attempts; those of a delivery that goes go with it."""
    before = now - timedelta(days=RetentionSettings.current().tentativas_dias)
    old = select(ATTEMPTS.c.id).where(ATTEMPTS.c.started_at < before).order_by(ATTEMPTS.c.started_at)
    return forget(ATTEMPTS, old, "tentativas")


def events(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete old events of which nothing is owed, with their deliveries."""
    before = now - timedelta(days=RetentionSettings.current().eventos_dias)
    last: Instant | None = None
    while step := _delete_events(before, last):
        last = step.last
        yield step.gone


def _delete_events(before: datetime, last: Instant | None) -> Step | None:
    """Delete the next events with their deliveries; None when no such event is left.

    A delivery that is being opened again is left alone, and with it its event.
    """
    with transaction() as db:
        chosen = db.execute(_old_events(before, last)).all()
        ids = [row.id for row in chosen]
        closed = select(DELIVERIES.c.id).where(DELIVERIES.c.event_id.in_(ids), DELIVERIES.c.estado.not_in(OPEN))
        deliveries = delete_chosen(db, DELIVERIES, closed.limit(BATCH))
        alone = ~exists().where(DELIVERIES.c.event_id == EVENTS.c.id)
        gone = db.execute(delete(EVENTS).where(EVENTS.c.id.in_(ids), alone).returning(EVENTS.c.id)).all()
    if not chosen:
        return None
    # A full batch of deliveries left some of these events for the next one.
    end = last if deliveries == BATCH else (chosen[-1].occurred_at, chosen[-1].id)
    return Step(end, {"entregas": deliveries, "eventos": len(gone)})


def _old_events(before: datetime, last: Instant | None) -> Select[datetime, int]:
    """Return the query of the next batch, oldest first; `last` is where the one before ended."""
    owed = exists().where(DELIVERIES.c.event_id == EVENTS.c.id, DELIVERIES.c.estado.in_(OPEN))
    order = (EVENTS.c.occurred_at, EVENTS.c.id)
    query = select(*order).where(EVENTS.c.occurred_at < before, ~owed, ~_to_be_told())
    if last is not None:
        query = query.where(after(order, last))
    return query.order_by(*order).limit(EVENTS_BATCH).with_for_update(of=EVENTS, skip_locked=True)


def _to_be_told() -> ColumnElement[bool]:
    """Return the condition that an event is told of by a summary that has not arrived: the mail reads it when it goes.

    A summary that is kept or given up may be sent yet, until it is old enough itself.
    """
    whole = DELIVERIES.alias("resumo")
    inside = table_of(Resumida).join(table_of(ResumoEmail)).join(whole, whole.c.id == ResumoEmail.entrega_id)
    told = DELIVERIES.join(inside, Resumida.entrega_id == DELIVERIES.c.id)
    return exists().select_from(told).where(DELIVERIES.c.event_id == EVENTS.c.id, whole.c.estado != Estado.ENTREGUE)
