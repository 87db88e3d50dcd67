"""Record what happened in the transaction of the change itself, with one delivery for each destination concerned."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from claims.many import Adding
from core import context
from core.clock import SYSTEM
from core.errors import UsageError
from core.ids import message_id
from core.logs import get_logger
from core.settings.core import CoreSettings
from events import recording, wake
from events.audience import Audience, Target, delivery
from events.body import serialise
from events.catalog import CATALOG, Payload
from events.conditions.judging import Whole
from events.delivery.kind import to_wake
from events.recording import DELIVERIES, EVENTS, MANY_EVENTS, OWED
from events.wake import Woken
from storage.direct import Direct, direct
from storage.line import Line, kept
from storage.models.destinos import Destino
from storage.models.eventos import Event
from storage.models.usuarios import Usuario
from storage.sequence import next_values

log = get_logger(__name__)
OWING = Adding(DELIVERIES, *OWED)


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
        return _recorded(db, one).message_id
    with kept() as line:
        recorded, woken = _recorded_alone(line, one)
    wake.now(woken, line.dialect)
    return recorded.message_id


def disparar_varios(disparos: Iterable[Disparo], db: Session | None = None) -> list[str]:
    """Record many events, as an import has them, and return their `webhook-id`s in the same order.

    All are recorded or none; the statements are a few, however many there are.
    """
    if db is not None:
        ids, woken = _record_many(direct(db), list(disparos))
        wake.after_commit(db, woken)
        return ids
    with kept() as line, line.transaction() as on:
        ids, woken = _record_many(on, list(disparos))
    wake.now(woken, on.dialect.name)
    return ids


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
    return _recorded(db, Disparo.of(payload, usuario, exceto, somente))


def record_for(db: Session, payload: Payload, destino: Destino) -> Event:
    """Record an event for one destination only, whatever it subscribes to; the caller adds the delivery."""
    return record_data_for(db, payload.evento, payload.dados(), destino)


def record_data_for(db: Session, nome: str, dados: Mapping[str, Any], destino: Destino) -> Event:
    """Record an event by its name and data as `record_for` does."""
    now = SYSTEM.now()
    event = Event(message_id=message_id(now), nome=nome, usuario_id=destino.usuario_id, occurred_at=now, restrito=True)
    event.corpo = serialise(event.nome, event.message_id, now, dados)
    db.add(event)
    db.flush()
    return event


def _recorded(db: Session, one: Disparo) -> Recorded:
    recorded, woken = _record(direct(db), one)
    wake.after_commit(db, woken)
    return recorded


def _recorded_alone(line: Line, one: Disparo) -> tuple[Recorded, Woken]:
    """Record one event in a transaction of its own; on PostgreSQL that is mostly one statement."""
    if line.dialect != "postgresql" or one.entidade is not None:
        with line.transaction() as on:
            return _record(on, one)
    new = _New.of(one, one.dados)
    with line.alone() as on:
        if (done := _record_at_once(on, new, alone=True)) is not None:
            return done
    with line.transaction() as on:
        return _record_new(on, new)


def _record(on: Direct, one: Disparo) -> tuple[Recorded, Woken]:
    """Record one event in three statements at most: its number, the event with its audience, the deliveries."""
    if one.entidade is None:
        return _record_new(on, _New.of(one, one.dados))
    number = next_values(on, {one.entidade: 1})[one.entidade]
    return _record_new(on, _New.of(one, {**one.dados, "sequencia": number}))


@dataclass(frozen=True)
class _New:
    """An event as it is recorded, and the parameters of the statements that do so."""

    one: Disparo
    told_to: Audience
    dados: Mapping[str, Any]
    now: datetime
    row: Mapping[str, Any]
    values: dict[str, Any]

    @classmethod
    def of(cls, one: Disparo, dados: Mapping[str, Any]) -> "_New":
        now, told_to = SYSTEM.now(), one.audience
        row = _event(one, now, dados, context.begun())
        values = MANY_EVENTS.single([row[name] for name in MANY_EVENTS.types])
        values |= told_to.parameters(one.usuario_id, one.exceto, one.somente)
        return cls(one, told_to, dados, now, row, values)

    def recorded(self, event_id: int) -> Recorded:
        """Return what its caller is told."""
        return Recorded(event_id, self.row["message_id"])

    def owe(self, on: Direct, event_id: int, targets: list[Target], woken: Woken) -> None:
        """Owe it to these, as far as their filters let it pass."""
        if targets:
            targets.sort(key=lambda target: target.id)
            OWING.add(on, _owe(event_id, self.one, targets, self.dados, self.row["corpo"], self.now, woken))


def _record_new(on: Direct, new: _New) -> tuple[Recorded, Woken]:
    if on.dialect.name == "postgresql" and (done := _record_at_once(on, new, alone=False)) is not None:
        return done
    ((number, told),) = on.run(recording.with_audience(new.told_to, on.dialect.name), new.values)
    woken: Woken = {}
    new.owe(on, number, [Target.of(target) for target in json.loads(told or "[]")], woken)
    return new.recorded(number), woken


def _record_at_once(on: Direct, new: _New, *, alone: bool) -> tuple[Recorded, Woken] | None:
    """Record one event on PostgreSQL in one statement, and a second for those that have filters.

    With `alone` there may be no second one: if it would need it, nothing is recorded.
    """
    found = on.run(recording.with_deliveries(new.told_to, alone=alone), {**new.values, "p_now": new.now})
    if not found:
        return None
    ((number, told),) = found
    filtered, woken = list[Target](), Woken()
    for *columns, owed in told or ():
        target = Target.of(columns)
        if not owed:
            filtered.append(target)
        elif not target.stopped:
            woken.update(to_wake(target.id, target.tipo, lento=target.lento))
    new.owe(on, number, filtered, woken)
    return new.recorded(number), woken


def _event(one: Disparo, now: datetime, dados: Mapping[str, Any], origem: str) -> dict[str, Any]:
    own = message_id(now)
    corpo = serialise(one.evento, own, now, dados)
    log.info("event", event_id=own, evento=one.evento, origin=context.of_cause(origem))
    return {
        "message_id": own,
        "nome": one.evento,
        "usuario_id": one.usuario_id,
        "occurred_at": now,
        "corpo": corpo,
        "origem": origem,
        "restrito": one.somente is not None,
    }


def _owe(
    event_id: int,
    one: Disparo,
    targets: Sequence[Target],
    dados: Mapping[str, Any],
    corpo: bytes,
    now: datetime,
    woken: Woken,
) -> list[dict[str, Any]]:
    """Return a delivery for each destination whose filters let it pass, and note those that may be served now."""
    zone, rows, whole = CoreSettings.current().zone, [], Whole(corpo)
    for target in targets:
        if one.somente is not None or (target.filters.accept(dados, whole) and one.kind.tells(target.tipo, dados)):
            due_at = target.filters.due_at(dados, now, zone)
            rows.append(delivery(event_id, target, due_at, now))
            if not target.stopped and due_at <= now:
                woken.update(to_wake(target.id, target.tipo, lento=target.lento))
    return rows


def _record_many(on: Direct, disparos: Sequence[Disparo]) -> tuple[list[str], Woken]:
    woken: Woken = {}
    if not disparos:
        return [], woken
    now, origem, told = SYSTEM.now(), context.begun(), _Told(on)
    numbered = _numbered(on, disparos)
    both = zip(disparos, numbered, strict=True)
    rows = [_event(one, now, dados, origem) for one, dados in both]
    targets = [told.by(one) for one in disparos]
    ids = _insert_events(on, rows)
    owed = [
        row
        for number, event, one, to, dados in zip(ids, rows, disparos, targets, numbered, strict=True)
        for row in _owe(number, one, to, dados, event["corpo"], now, woken)
    ]
    OWING.add(on, owed)
    return [row["message_id"] for row in rows], woken


class _Told:
    """The targets of many events, each kind's read once."""

    def __init__(self, on: Direct) -> None:
        self._connection = on.connection
        self._known: dict[tuple[object, ...], list[Target]] = {}

    def by(self, one: Disparo) -> list[Target]:
        """Return the audience of an event."""
        key = (one.evento, one.usuario_id, one.exceto, one.somente)
        if key not in self._known:
            found = self._connection.execute(one.audience.query(), one.parameters)
            self._known[key] = [Target.of(row) for row in found]
        return self._known[key]


def _numbered(on: Direct, disparos: Sequence[Disparo]) -> list[Mapping[str, Any]]:
    """Return the data of events, those of an entity with their numbers, in order."""
    amounts: defaultdict[str, int] = defaultdict(int)
    for one in disparos:
        if one.entidade is not None:
            amounts[one.entidade] += 1
    last = next_values(on, amounts)
    following = {entidade: last[entidade] - amount for entidade, amount in amounts.items()}
    numbered: list[Mapping[str, Any]] = []
    for one in disparos:
        if one.entidade is None:
            numbered.append(one.dados)
            continue
        following[one.entidade] += 1
        numbered.append({**one.dados, "sequencia": following[one.entidade]})
    return numbered


def _insert_events(on: Direct, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert events; return their numbers in the same order."""
    connection = on.connection
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
