"""The database side of a drain: the destination's slot, its due rows, what is given back. No network here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Table, and_, exists, func, select, text
from sqlalchemy.orm import Session, lazyload

from core.settings.deliveries import DeliverySettings
from events.delivery.kind import Bucket, buckets_of
from storage import budget
from storage.lease import Lease
from storage.models import Delivery, Destino, Event
from storage.models.eventos import OPEN_SQL, Estado
from storage.session import reading, transaction

BATCH = 100
LONGEST_TIMEOUT = 30.0
SLOTS = Lease(
    cast("Table", Destino.__table__),
    ready=and_(Destino.ativo.is_(True), Destino.desligado_em.is_(None), Destino.pausado_em.is_(None)),
)
ROWS = Lease(
    cast("Table", Delivery.__table__),
    ready=text(OPEN_SQL),
    claimed={"estado": Estado.ENVIANDO},
    released={"estado": Estado.PENDENTE},
)


@dataclass(frozen=True)
class Owed:
    """A claimed delivery with the event it carries."""

    id: int
    tentativas: int
    created_at: datetime
    message_id: str
    evento: str
    corpo: bytes


def lease_seconds(timeout: float) -> float:
    """Return how long a claim is held: nothing outlives it."""
    return timeout * 2 + 30


class DestinationQueue:
    """What one drain may do with one destination, under one token.

    Every transaction is a flush to the disk, so the slot is taken together with the first rows and given back together
    with the last outcomes.
    """

    def __init__(self, settings: DeliverySettings, destino: Destino, token: str) -> None:
        self.destino, self.token = destino, token
        self.buckets = buckets_of(destino, settings)
        self.probing = destino.circuito_espera > 0
        self.hold_until: datetime | None = None
        self.emptied = False
        self._first: list[Owed] | None = None
        self._held = 0
        self._gone = False

    @property
    def batch(self) -> int:
        """How many rows one claim takes: one for a probe, and one at a time where order counts."""
        return 1 if self.probing or self.destino.ordem_estrita else BATCH

    def begin(self, db: Session, now: datetime) -> None:
        """Lease the first rows in the transaction that took the slot."""
        self._first = self._take(db, now)

    def claim(self, now: datetime) -> list[Owed]:
        """Lease the next due rows and prolong the slot; no more than the budget allows."""
        if self._first is not None:
            rows, self._first = self._first, None
            return rows
        with transaction() as db:
            return self._take(db, now) if SLOTS.renew(db, self.token, now, self._seconds) else []

    @property
    def _seconds(self) -> float:
        return lease_seconds(self.destino.timeout)

    def _take(self, db: Session, now: datetime) -> list[Owed]:
        limit = self._allowance(db, now)
        if limit == 0:
            return []
        rows = ROWS.claim(db, now, self._seconds, limit, *self._mine(), token=self.token)
        for bucket in self.buckets:
            _give_back(db, bucket, limit - len(rows))
        self.emptied = len(rows) < limit and not self.destino.ordem_estrita
        self._held += len(rows)
        return _with_events(db, rows)

    def settle(self, db: Session, outcomes: Sequence[Mapping[str, Any]]) -> None:
        """Write outcomes of rows that were claimed."""
        ROWS.settle(db, self.token, outcomes)
        self._held -= len(outcomes)

    def _mine(self) -> list[ColumnElement[bool]]:
        mine = [ROWS.table.c.destino_id == self.destino.id]
        if self.destino.ordem_estrita:
            # A later row waits for the earlier one, also while that one waits for its next attempt.
            first = select(func.min(Delivery.id)).where(Delivery.destino_id == self.destino.id, text(OPEN_SQL))
            mine.append(ROWS.table.c.id == first.scalar_subquery())
        return mine

    def _allowance(self, db: Session, now: datetime) -> int:
        """Take from every bucket what the tightest of them has."""
        limit, taken = self.batch, list[tuple[Bucket, int]]()
        for bucket in self.buckets:
            granted, wait = budget.take(
                db, bucket.nome, limit, capacity=bucket.capacity, refill_seconds=bucket.refill_seconds, now=now
            )
            taken.append((bucket, granted))
            limit = granted
            if granted == 0:
                self.hold_until = now + timedelta(seconds=wait)
                break
        for bucket, granted in taken:
            _give_back(db, bucket, granted - limit)
        return limit

    def empty(self, db: Session, now: datetime) -> None:
        """Empty the buckets: the other side has had enough."""
        for bucket in self.buckets:
            budget.empty(db, bucket.nome, now)

    def let_go(self, db: Session, now: datetime) -> None:
        """Give back unsent rows and the slot, in the caller's transaction."""
        free_at = max(self.hold_until or now, now)
        SLOTS.settle(db, self.token, [{"id": self.destino.id, "due_at": free_at, "servido_em": now}])
        if self._held:
            ROWS.release(db, self.token, now)

    def gone(self) -> None:
        """Note that the transaction in which it let go is committed."""
        self._gone = True

    def release(self, now: datetime) -> bool:
        """Let go, unless that is done; tell whether more rows are due already."""
        if not self._gone:
            with transaction() as db:
                self.let_go(db, now)
        if self.hold_until is not None or self.destino.ordem_estrita:
            return False
        with reading() as db:
            return bool(db.scalar(select(has_due(now, self.destino.id))))


def _give_back(db: Session, bucket: Bucket, amount: int) -> None:
    if amount:
        budget.give_back(db, bucket.nome, amount, capacity=bucket.capacity)


def acquire(settings: DeliverySettings, destino_id: int, token: str, now: datetime) -> DestinationQueue | None:
    """Take a destination's slot and its first rows; none when it is taken or off, or its time has not come."""
    with transaction() as db:
        if not SLOTS.claim(db, now, lease_seconds(LONGEST_TIMEOUT), 1, SLOTS.table.c.id == destino_id, token=token):
            return None
        destino = db.get_one(Destino, destino_id, options=[lazyload(Destino.assinaturas)])
        queue = DestinationQueue(settings, destino, token)
        queue.begin(db, now)
    return queue


def due_destinations(db: Session, now: datetime, limit: int) -> Sequence[Row[int, str, bool]]:
    """Return destinations with due rows and a free slot; tenants take turns, the longest unserved first."""
    tenant = func.max(func.coalesce(Destino.servido_em, Destino.data_criacao)).over(partition_by=Destino.usuario_id)
    return db.execute(
        select(Destino.id, Destino.tipo, Destino.lento)
        .where(*SLOTS.due(now), has_due(now))
        .order_by(tenant, func.coalesce(Destino.servido_em, Destino.data_criacao), Destino.id)
        .limit(limit)
    ).all()


def has_due(now: datetime, destino_id: Any = Destino.id) -> Any:
    """Return the condition that a destination has due rows."""
    return exists().where(Delivery.destino_id == destino_id, text(OPEN_SQL), Delivery.due_at <= now)


def _with_events(db: Session, rows: Sequence[Row[Any]]) -> list[Owed]:
    wanted = {row.event_id for row in rows}
    found = db.execute(select(Event.id, Event.message_id, Event.nome, Event.corpo).where(Event.id.in_(wanted)))
    events = {event.id: event for event in found}
    return [
        Owed(row.id, row.tentativas, row.created_at, event.message_id, event.nome, bytes(event.corpo))
        for row in rows
        for event in (events[row.event_id],)
    ]
