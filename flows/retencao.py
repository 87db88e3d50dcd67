"""Delete what is older than the settings keep: changes of boxes, attempts, then events with their deliveries.

Small batches, each committed: nobody waits long for a lock, a kill loses one batch, two runs share the work.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Select, Table, delete, exists, select, tuple_
from sqlalchemy.orm import Session

from core.celery_app import send
from core.clock import SYSTEM, Clock
from core.errors import Transient
from core.logs import get_logger
from core.settings.retencao import RetentionSettings
from storage.models import Attempt, CaixaHistorico, Delivery, Event
from storage.models.eventos import Estado
from storage.session import transaction

OPEN = (Estado.PENDENTE, Estado.ENVIANDO)
LIMPAR = "entregas.limpar"
BATCH = 1000
# Each takes its deliveries along: more would only be locked to wait for the batches after.
EVENTS_BATCH = 250
RUN_SECONDS = 60.0
# The sweep waits on the same queue: a slice makes it late by no more than one of its periods.
SLICE_SECONDS = 2.0
TABLES = (Attempt, Delivery, Event, CaixaHistorico)
ATTEMPTS, DELIVERIES, EVENTS, HISTORY = (cast("Table", model.__table__) for model in TABLES)
Place = tuple[datetime, int]
log = get_logger(__name__)


@dataclass
class Removed:
    """How many rows went, without the attempts that went with their delivery; `completo`: nothing old was left."""

    tentativas: int = 0
    entregas: int = 0
    eventos: int = 0
    historico: int = 0
    completo: bool = False


@dataclass(frozen=True)
class Step:
    """A batch of events was looked at; the next one begins after `last`."""

    last: Place | None


def limpar_aos_poucos(clock: Clock = SYSTEM) -> Removed:
    """Delete for a moment, then ask for the next slice, behind everybody else; without a broker, tomorrow."""
    removed = limpar(clock, SLICE_SECONDS)
    if not removed.completo:
        try:
            send(LIMPAR, [], queue="default")
        except Transient as fault:
            log.warning("retention goes on tomorrow", reason=str(fault))
    return removed


def limpar(clock: Clock = SYSTEM, seconds: float = RUN_SECONDS) -> Removed:
    """Delete for at most that long, and at least one batch; what is left waits for the next run."""
    kept, removed = RetentionSettings.current(), Removed()
    ends, now = time.monotonic() + seconds, clock.now()
    days = (kept.tentativas_dias, kept.eventos_dias, kept.historico_dias)
    for _ in _batches(removed, *(now - timedelta(days=one) for one in days)):
        if time.monotonic() >= ends:
            return removed
    removed.completo = True
    return removed


def _batches(
    removed: Removed, attempts_before: datetime, events_before: datetime, history_before: datetime
) -> Iterator[None]:
    """Delete a batch at each step."""
    while gone := _delete_history(history_before):
        removed.historico += gone
        yield
    while gone := _delete_attempts(attempts_before):
        removed.tentativas += gone
        yield
    last: Place | None = None
    while step := _delete_events(removed, events_before, last):
        last = step.last
        yield


def _delete_history(before: datetime) -> int:
    # The numbers rise with time, and no index on the instants is worth its writing.
    old = select(HISTORY.c.id).where(HISTORY.c.em < before).order_by(HISTORY.c.id)
    with transaction() as db:
        return _delete(db, HISTORY, old.limit(BATCH))


def _delete_attempts(before: datetime) -> int:
    old = select(ATTEMPTS.c.id).where(ATTEMPTS.c.started_at < before).order_by(ATTEMPTS.c.started_at)
    with transaction() as db:
        return _delete(db, ATTEMPTS, old.limit(BATCH))


def _delete_events(removed: Removed, before: datetime, last: Place | None) -> Step | None:
    """Delete the next events that are owed to nobody, with their deliveries; none when no such event is left.

    A delivery that somebody is opening again is left alone, and with it its event.
    """
    with transaction() as db:
        chosen = db.execute(_old_events(before, last)).all()
        ids = [row.id for row in chosen]
        closed = select(DELIVERIES.c.id).where(DELIVERIES.c.event_id.in_(ids), DELIVERIES.c.estado.not_in(OPEN))
        deliveries = _delete(db, DELIVERIES, closed.limit(BATCH))
        alone = ~exists().where(DELIVERIES.c.event_id == EVENTS.c.id)
        gone = delete(EVENTS).where(EVENTS.c.id.in_(ids), alone).returning(EVENTS.c.id)
        events = len(db.execute(gone).all())
    removed.entregas += deliveries
    removed.eventos += events
    if not chosen:
        return None
    # A full batch of deliveries left some of these events for the next one.
    return Step(last if deliveries == BATCH else (chosen[-1].occurred_at, chosen[-1].id))


def _old_events(before: datetime, last: Place | None) -> Select[datetime, int]:
    """Return the query of the next batch, oldest first; `last` is where the one before ended."""
    owed = exists().where(DELIVERIES.c.event_id == EVENTS.c.id, DELIVERIES.c.estado.in_(OPEN))
    query = select(EVENTS.c.occurred_at, EVENTS.c.id).where(EVENTS.c.occurred_at < before, ~owed)
    if last is not None:
        place = (EVENTS.c.occurred_at, EVENTS.c.id)
        query = query.where(tuple_(*place) > tuple_(*last, types=[column.type for column in place]))
    ordered = query.order_by(EVENTS.c.occurred_at, EVENTS.c.id).limit(EVENTS_BATCH)
    return ordered.with_for_update(of=EVENTS, skip_locked=True)


def _delete(db: Session, table: Table, chosen: Select[int]) -> int:
    """Delete the chosen rows that nobody else holds; return how many."""
    # Without MATERIALIZED PostgreSQL may run the query again for each row, and so pass its limit.
    free = chosen.with_for_update(skip_locked=True).cte("chosen").prefix_with("MATERIALIZED", dialect="postgresql")
    gone = delete(table).where(table.c.id.in_(select(free.c.id))).returning(table.c.id)
    return len(db.execute(gone).all())
