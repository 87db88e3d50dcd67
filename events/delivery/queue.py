"""The database side of a drain: the destination's slot, its due rows, their outcomes. No network here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, and_, case, exists, insert, select, text, update
from sqlalchemy.orm import Session
from yarl import URL

from core.settings import DeliverySettings
from events.catalog import DestinoDesligado, EntregaEsgotada
from events.delivery.outcome import BUSY, Outcome
from events.outbox import record_event
from storage import budget
from storage.lease import Lease
from storage.models import Attempt, Delivery, Destino, Event
from storage.models.eventos import OPEN_SQL, Estado
from storage.session import reading, transaction

BATCH = 100
SLOTS = Lease(cast("Table", Destino.__table__), ready=and_(Destino.ativo.is_(True), Destino.desligado_em.is_(None)))
ATTEMPTS = cast("Table", Attempt.__table__)
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
    message_id: str
    evento: str
    corpo: bytes


@dataclass(frozen=True)
class Done:
    """An attempt that was made, and when the next one is due, if any."""

    owed: Owed
    outcome: Outcome
    started_at: datetime
    duration_ms: int
    status: int
    response: str | None
    address: str | None
    estado: Estado
    due_at: datetime


def lease_seconds(timeout: float) -> float:
    """Return how long a claim is held: nothing outlives it."""
    return timeout * 2 + 30


class DestinationQueue:
    """What one drain may do with one destination, under one token."""

    def __init__(self, settings: DeliverySettings, destino: Destino, token: str) -> None:
        self.settings, self.destino, self.token = settings, destino, token
        self.bucket = URL(destino.url).host or destino.url
        self.hold_until: datetime | None = None

    def claim(self, now: datetime, metered: bool) -> list[Owed]:
        """Lease the next due rows and prolong the slot; a metered destination gets no more than its budget."""
        seconds = lease_seconds(self.destino.timeout)
        with transaction() as db:
            limit = self._allowance(db, now) if metered else BATCH
            if limit == 0 or not SLOTS.renew(db, self.token, now, seconds):
                return []
            mine = ROWS.table.c.destino_id == self.destino.id
            rows = ROWS.claim(db, now, seconds, limit, mine, token=self.token)
            if metered and len(rows) < limit:
                budget.give_back(db, self.bucket, limit - len(rows), capacity=self.settings.ntfy_burst)
            return _with_events(db, rows)

    def _allowance(self, db: Session, now: datetime) -> int:
        granted, wait = budget.take(
            db,
            self.bucket,
            BATCH,
            capacity=self.settings.ntfy_burst,
            refill_seconds=self.settings.ntfy_refill_seconds,
            now=now,
        )
        if granted == 0:
            self.hold_until = now + timedelta(seconds=wait)
        return granted

    def settle(self, done: Sequence[Done], now: datetime, metered: bool) -> None:
        """Write the outcomes of these attempts, and all that follows from them, in one transaction."""
        with transaction() as db:
            ROWS.settle(db, self.token, [_row(one, now) for one in done])
            requested = [_attempt(one) for one in done]
            db.connection().execute(insert(ATTEMPTS), requested)
            self._count(db, done)
            if metered and any(one.outcome.name == BUSY.name for one in done):
                budget.empty(db, self.bucket, now)
            for one in done:
                if one.estado is Estado.ESGOTADO:
                    self._tell_exhausted(db, one)
            stop = next((one.outcome for one in done if one.outcome.switch_off), None)
            if stop:
                switch_off(db, self.destino, stop.text, now)

    def _count(self, db: Session, done: Sequence[Done]) -> None:
        """Keep the destination's counters and its place in the fast or the slow queue."""
        finished = sum(one.estado is not Estado.PENDENTE for one in done)
        given_up = sum(one.estado in (Estado.ESGOTADO, Estado.BLOQUEADO) for one in done)
        slow = next((one.outcome.slow for one in reversed(done) if one.outcome.delivered or one.outcome.slow), None)
        values: dict[str, Any] = {
            "ultima_execucao": done[-1].started_at,
            "total_execucoes": Destino.total_execucoes + finished,
            "total_erros": Destino.total_erros + given_up,
        }
        if slow is not None:
            values["lento"] = slow
        db.execute(update(Destino).where(Destino.id == self.destino.id).values(**values))

    def _tell_exhausted(self, db: Session, one: Done) -> None:
        if one.owed.evento in (EntregaEsgotada.evento, DestinoDesligado.evento):
            return
        told = EntregaEsgotada(
            destino_id=self.destino.id,
            nome=self.destino.nome,
            tipo=self.destino.tipo,
            entrega_id=one.owed.id,
            mensagem=f"A entrega {one.owed.id} ({one.owed.evento}) foi abandonada: {one.outcome.text}.",
        )
        record_event(db, told, exceto=self.destino.id)

    def release(self, now: datetime) -> bool:
        """Give back unsent rows and the slot; tell whether more rows are due already."""
        with transaction() as db:
            ROWS.release(db, self.token, now)
            free_at = max(self.hold_until or now, now)
            SLOTS.settle(db, self.token, [{"id": self.destino.id, "due_at": free_at, "servido_em": now}])
        with reading() as db:
            return self.hold_until is None and bool(db.scalar(select(_has_due(now, self.destino.id))))


def acquire(settings: DeliverySettings, destino_id: int, token: str, now: datetime) -> DestinationQueue | None:
    """Take a destination's slot; none when somebody else has it, or it is off."""
    with transaction() as db:
        if not SLOTS.claim(db, now, lease_seconds(30), 1, SLOTS.table.c.id == destino_id, token=token):
            return None
        destino = db.get_one(Destino, destino_id)
    return DestinationQueue(settings, destino, token)


def due_destinations(db: Session, now: datetime, limit: int) -> Sequence[Row[int, str, bool]]:
    """Return destinations with due rows and a free slot, the longest unserved first."""
    return db.execute(
        select(Destino.id, Destino.tipo, Destino.lento)
        .where(*SLOTS.due(now), _has_due(now))
        .order_by(case((Destino.servido_em.is_(None), 0), else_=1), Destino.servido_em, Destino.id)
        .limit(limit)
    ).all()


def switch_off(db: Session, destino: Destino, reason: str, now: datetime) -> None:
    """Stop a destination: its open rows are kept as `retido`, and the operator hears of it elsewhere."""
    values = {"desligado_em": now, "desligado_motivo": reason}
    db.execute(update(Destino).where(Destino.id == destino.id).values(**values))
    held = update(Delivery).where(Delivery.destino_id == destino.id, text(OPEN_SQL))
    db.execute(held.values(estado=Estado.RETIDO, lease_token=None))
    told = DestinoDesligado(
        destino_id=destino.id,
        nome=destino.nome,
        tipo=destino.tipo,
        motivo=reason,
        mensagem=f"O destino {destino.nome} foi desligado: {reason}. Os eventos ficam guardados.",
    )
    record_event(db, told, exceto=destino.id)


def _has_due(now: datetime, destino_id: Any = Destino.id) -> Any:
    return exists().where(Delivery.destino_id == destino_id, text(OPEN_SQL), Delivery.due_at <= now)


def _with_events(db: Session, rows: Sequence[Row[Any]]) -> list[Owed]:
    wanted = {row.event_id for row in rows}
    found = db.execute(select(Event.id, Event.message_id, Event.nome, Event.corpo).where(Event.id.in_(wanted)))
    events = {event.id: event for event in found}
    return [
        Owed(row.id, row.tentativas, (e := events[row.event_id]).message_id, e.nome, bytes(e.corpo)) for row in rows
    ]


def _row(one: Done, now: datetime) -> dict[str, Any]:
    return {
        "id": one.owed.id,
        "estado": one.estado,
        "tentativas": one.owed.tentativas + one.outcome.requested,
        "due_at": one.due_at,
        "finished_at": None if one.estado is Estado.PENDENTE else now,
        "last_error": None if one.outcome.delivered else one.outcome.text,
    }


def _attempt(one: Done) -> dict[str, Any]:
    return {
        "delivery_id": one.owed.id,
        "number": one.owed.tentativas + 1,
        "started_at": one.started_at,
        "duration_ms": one.duration_ms,
        "outcome": one.outcome.name,
        "status_code": one.status,
        "address": one.address,
        "response": one.response,
        "error": None if one.outcome.delivered else one.outcome.text,
    }
