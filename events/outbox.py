"""Record what happened in the transaction of the change itself, with one delivery for each destination concerned."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from claims.many import Adding, Many
from core.clock import SYSTEM
from core.errors import UsageError
from core.ids import message_id
from core.settings.core import CoreSettings
from events import wake
from events.audience import Audience, Target, delivery
from events.body import serialise
from events.catalog import CATALOG, Payload
from events.delivery.kind import task_of
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Event
from storage.models.usuarios import Usuario
from storage.rows import table_of
from storage.sequence import next_values
from storage.session import transaction

EVENTS, DELIVERIES = table_of(Event), table_of(Delivery)
OWING = Adding(DELIVERIES, "event_id", "destino_id", "estado", "tentativas", "due_at", "created_at")
MANY_EVENTS = Many({name: EVENTS.c[name] for name in ("message_id", "nome", "usuario_id", "occurred_at", "corpo")})


@dataclass(frozen=True)
class Disparo:
    """An event to record by name: its data, the user whom it concerns, the entity whose events are numbered.

    `exceto` is a destination that does not get it; `somente` is the only one that does, even without a subscription.
    """

    evento: str
    dados: Mapping[str, Any]
    usuario: Usuario | int | None = None
    entidade: str | None = None
    exceto: int | None = None
    somente: int | None = None

    @classmethod
    def of(
        cls,
        payload: Payload,
        usuario: Usuario | int | None = None,
        exceto: int | None = None,
        somente: int | None = None,
    ) -> "Disparo":
        """Return the event of a typed payload."""
        return cls(payload.evento, payload.dados(), usuario, payload.entidade, exceto, somente)

    @property
    def kind(self) -> type[Payload]:
        """What the catalogue says of it."""
        kind = CATALOG.get(self.evento)
        if kind is None:
            raise UsageError(f"Evento desconhecido: {self.evento!r}. Conhecidos: {', '.join(CATALOG)}.")
        return kind

    @property
    def audience(self) -> Audience:
        """Whom it is told to."""
        return Audience(self.kind.evento, of_user=self.usuario_id is not None, alone=self.somente is not None)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of the audience's queries."""
        return self.audience.parameters(self.usuario_id, self.exceto, self.somente)

    @property
    def usuario_id(self) -> int | None:
        """The number of its user."""
        return self.usuario.id if isinstance(self.usuario, Usuario) else self.usuario


@dataclass(frozen=True)
class Recorded:
    """A recorded event: its number, and its `webhook-id`."""

    id: int
    message_id: str


def disparar_webhook(
    evento: str,
    dados: Mapping[str, Any],
    usuario: Usuario | int | None = None,
    db: Session | None = None,
    entidade: str | None = None,
) -> str:
    """Record an event by name and return its `webhook-id`.

    With `db` it joins that transaction; else it opens and commits its own. With `usuario` the event goes to that
    user's destinations, without to those that have no owner. With `entidade` its data carry `sequencia`, the number
    of the event among those of that entity.
    """
    one = Disparo(evento, dados, usuario, entidade)
    if db is not None:
        return _record(db, one).message_id
    with transaction() as own:
        return _record(own, one).message_id


def disparar_varios(disparos: Iterable[Disparo], db: Session | None = None) -> list[str]:
    """Record many events, as an import has them, and return their `webhook-id`s in the same order.

    All are recorded or none; the statements are a few, however many there are.
    """
    if db is not None:
        return _record_many(db, list(disparos))
    with transaction() as own:
        return _record_many(own, list(disparos))


def record_event(
    db: Session,
    payload: Payload,
    usuario: Usuario | int | None = None,
    exceto: int | None = None,
    somente: int | None = None,
) -> Recorded:
    """Record a typed event in the caller's transaction.

    `exceto` is a destination that does not get it; `somente` is the only one that does, even without a subscription.
    """
    return _record(db, Disparo.of(payload, usuario, exceto, somente))


def record_for(db: Session, payload: Payload, destino: Destino) -> Event:
    """Record an event for one destination only, whatever it subscribes to; the caller adds the delivery."""
    now = SYSTEM.now()
    event = Event(message_id=message_id(now), nome=payload.evento, usuario_id=destino.usuario_id, occurred_at=now)
    event.corpo = serialise(event.nome, event.message_id, now, payload.dados())
    db.add(event)
    db.flush()
    return event


def _record(db: Session, one: Disparo) -> Recorded:
    """Record one event in three statements at most: its number, the event with its audience, the deliveries."""
    db.flush()
    told_to, now, dados = one.audience, SYSTEM.now(), one.dados
    if one.entidade is not None:
        dados = {**dados, "sequencia": next_values(db, {one.entidade: 1})[one.entidade]}
    row = _event(one.evento, one.usuario_id, now, dados)
    connection = db.connection()
    recording = _recording(told_to, connection.dialect.name)
    number, told = connection.execute(recording, row | one.parameters).one()
    listed = json.loads(told) if isinstance(told, str) else told
    targets = sorted((Target.of(target) for target in listed or ()), key=lambda target: target.id)
    owed = _owe(db, number, one, targets, dados, now)
    OWING.add(connection, owed)
    return Recorded(number, row["message_id"])


@cache
def _recording(told_to: Audience, dialect: str) -> Any:
    told = told_to.in_one(dialect).label("told")
    return insert(EVENTS).returning(EVENTS.c.id, told)


def _event(nome: str, usuario_id: int | None, now: datetime, dados: Mapping[str, Any]) -> dict[str, Any]:
    own = message_id(now)
    corpo = serialise(nome, own, now, dados)
    return {"message_id": own, "nome": nome, "usuario_id": usuario_id, "occurred_at": now, "corpo": corpo}


def _owe(
    db: Session, event_id: int, one: Disparo, targets: Sequence[Target], dados: Mapping[str, Any], now: datetime
) -> list[dict[str, Any]]:
    """Return a delivery for each destination whose filters let it pass, and wake those that may be served now."""
    zone, rows = CoreSettings.current().zone, []
    for target in targets:
        if one.somente is not None or (target.filters.accept(dados) and one.kind.tells(target.tipo, dados)):
            due_at = target.filters.due_at(dados, now, zone)
            rows.append(delivery(event_id, target, due_at, now))
            if not target.stopped and due_at <= now:
                wake.after_commit(db, target.id, task_of(target.tipo, target.lento))
    return rows


def _record_many(db: Session, disparos: Sequence[Disparo]) -> list[str]:
    if not disparos:
        return []
    db.flush()
    now, told = SYSTEM.now(), _Told(db)
    numbered = _numbered(db, disparos)
    rows = [_event(one.evento, one.usuario_id, now, dados) for one, dados in zip(disparos, numbered, strict=True)]
    targets = [told.by(one) for one in disparos]
    ids = _insert_events(db, rows)
    owed = [
        row
        for number, one, to, dados in zip(ids, disparos, targets, numbered, strict=True)
        for row in _owe(db, number, one, to, dados, now)
    ]
    OWING.add(db.connection(), owed)
    return [row["message_id"] for row in rows]


class _Told:
    """The targets of many events, each kind's read once."""

    def __init__(self, db: Session) -> None:
        self._connection = db.connection()
        self._known: dict[tuple[object, ...], list[Target]] = {}

    def by(self, one: Disparo) -> list[Target]:
        """Return the audience of an event."""
        key = (one.evento, one.usuario_id, one.exceto, one.somente)
        if key not in self._known:
            found = self._connection.execute(one.audience.query(), one.parameters)
            self._known[key] = [Target.of(row) for row in found]
        return self._known[key]


def _numbered(db: Session, disparos: Sequence[Disparo]) -> list[Mapping[str, Any]]:
    """Return the data of events, those of an entity with their numbers, in order."""
    amounts: defaultdict[str, int] = defaultdict(int)
    for one in disparos:
        if one.entidade is not None:
            amounts[one.entidade] += 1
    last = next_values(db, amounts)
    following = {entidade: last[entidade] - amount for entidade, amount in amounts.items()}
    numbered: list[Mapping[str, Any]] = []
    for one in disparos:
        if one.entidade is None:
            numbered.append(one.dados)
            continue
        following[one.entidade] += 1
        numbered.append({**one.dados, "sequencia": following[one.entidade]})
    return numbered


def _insert_events(db: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert events; return their numbers in the same order."""
    connection = db.connection()
    if connection.dialect.name == "postgresql":
        adding = insert(EVENTS).from_select(list(MANY_EVENTS.types), select(*MANY_EVENTS.table("postgresql").c))
        found = connection.execute(
            adding.returning(EVENTS.c.message_id, EVENTS.c.id),
            MANY_EVENTS.values([tuple(row.values()) for row in rows], connection.dialect),
        )
        numbers: dict[str, int] = {row.message_id: row.id for row in found}
        return [numbers[row["message_id"]] for row in rows]
    # There is one writer, and it is this one: what follows the last number is free.
    first = int(connection.execute(select(func.coalesce(func.max(EVENTS.c.id), 0))).scalar_one()) + 1
    ids = list(range(first, first + len(rows)))
    connection.execute(insert(EVENTS), [{"id": number, **row} for number, row in zip(ids, rows, strict=True)])
    return ids
