"""Record what happened in the transaction of the change itself, with one delivery for each destination concerned."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, false, insert, or_, select
from sqlalchemy.orm import Session

from core.clock import SYSTEM
from core.errors import UsageError
from core.ids import message_id
from core.settings.core import CoreSettings
from events import wake
from events.catalog import CATALOG, Payload
from events.delivery.kind import task_of
from events.filters import Filters
from events.subscriptions import wants
from storage.models import Delivery, Destino, Event, Usuario
from storage.models.eventos import Estado
from storage.sequence import next_value
from storage.session import transaction

BODY_LIMIT = 1024 * 1024
Target = Row[int, str, bool, datetime | None, datetime | None, str | None, str | None, str | None]
WANTED = (
    Destino.id,
    Destino.tipo,
    Destino.lento,
    Destino.desligado_em,
    Destino.pausado_em,
    Destino.severidade_minima,
    Destino.rotulos,
    Destino.silencio,
)


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
    if db is not None:
        return _record(db, evento, dados, usuario, entidade).message_id
    with transaction() as own:
        return _record(own, evento, dados, usuario, entidade).message_id


def record_event(
    db: Session,
    payload: Payload,
    usuario: Usuario | int | None = None,
    exceto: int | None = None,
    somente: int | None = None,
) -> Event:
    """Record a typed event in the caller's transaction.

    `exceto` is a destination that is not told, `somente` the only one that is, whatever it is subscribed to.
    """
    return _record(db, payload.evento, payload.dados(), usuario, payload.entidade, exceto, somente)


def _record(
    db: Session,
    nome: str,
    dados: Mapping[str, Any],
    usuario: Usuario | int | None,
    entidade: str | None = None,
    exceto: int | None = None,
    somente: int | None = None,
) -> Event:
    kind = CATALOG.get(nome)
    if kind is None:
        raise UsageError(f"Evento desconhecido: {nome!r}. Conhecidos: {', '.join(CATALOG)}.")
    if entidade is not None:
        dados = {**dados, "sequencia": next_value(db, entidade)}
    event = _event(db, nome, dados, usuario.id if isinstance(usuario, Usuario) else usuario)
    now = event.occurred_at
    targets = _targets(db, event, kind, dados, exceto) if somente is None else _only(db, somente)
    _owe(db, event, targets, {target.id: _due_at(target, dados, now) for target in targets})
    return event


def _event(db: Session, nome: str, dados: Mapping[str, Any], usuario_id: int | None) -> Event:
    now = SYSTEM.now()
    event = Event(message_id=message_id(now), nome=nome, usuario_id=usuario_id, occurred_at=now)
    event.corpo = serialise(event, dados)
    db.add(event)
    db.flush()
    return event


def record_for(db: Session, payload: Payload, destino: Destino) -> Event:
    """Record an event that concerns one destination only, whatever it is subscribed to; the caller owes it."""
    return _event(db, payload.evento, payload.dados(), destino.usuario_id)


def wanted_by(db: Session, destino: Destino) -> ColumnElement[bool]:
    """Return the condition under which an event concerns a destination's owner."""
    owner = db.get(Usuario, destino.usuario_id) if destino.usuario_id else None
    users = [kind.evento for kind in CATALOG.values() if kind.do_usuario]
    own = Event.usuario_id == owner.id if owner else Event.usuario_id.is_(None)
    operators = Event.nome.not_in(users) if owner is None or owner.is_staff else false()
    return or_(and_(Event.nome.in_(users), own), operators)


def serialise(event: Event, dados: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed and sent on every attempt (docs/reference/contracts/integracoes.md §3.2)."""
    if not isinstance(dados, Mapping):
        raise UsageError("Os dados de um evento devem ser um objeto JSON.")
    body = {
        "evento": event.nome,
        "timestamp": event.occurred_at.isoformat(),
        "dados": dict(dados),
        "id": event.message_id,
    }
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        raise UsageError(f"Os dados do evento {event.nome} não cabem em JSON.") from None
    raw = text.encode("utf-8", "replace")
    if len(raw) > BODY_LIMIT:
        raise UsageError(f"Os dados do evento {event.nome} passam de 1 MiB; envie um link ou um identificador.")
    return raw


def _targets(
    db: Session, event: Event, kind: type[Payload], dados: Mapping[str, Any], exceto: int | None
) -> list[Target]:
    """Return the destinations that want this event."""
    found = db.execute(
        select(*WANTED)
        .where(Destino.ativo, wants(kind), _concerned(kind, event.usuario_id), Destino.id != (exceto or 0))
        .order_by(Destino.id)
    )
    return [target for target in found if _filters(target).accept(dados)]


def _only(db: Session, destino_id: int) -> list[Target]:
    return list(db.execute(select(*WANTED).where(Destino.ativo, Destino.id == destino_id)))


def _owe(db: Session, event: Event, targets: list[Target], due_at: Mapping[int, datetime]) -> None:
    """Write a delivery for each destination, and wake those that may be served now."""
    now = event.occurred_at
    rows = [
        {
            "event_id": event.id,
            "destino_id": target.id,
            "estado": Estado.RETIDO if _stopped(target) else Estado.PENDENTE,
            "tentativas": 0,
            "due_at": due_at[target.id],
            "created_at": now,
        }
        for target in targets
    ]
    if rows:
        db.execute(insert(Delivery), rows)
    for target in targets:
        if not _stopped(target) and due_at[target.id] <= now:
            wake.after_commit(db, target.id, task_of(target.tipo, target.lento))


def _stopped(target: Target) -> bool:
    return target.desligado_em is not None or target.pausado_em is not None


def _due_at(target: Target, dados: Mapping[str, Any], now: datetime) -> datetime:
    return _filters(target).due_at(dados, now, CoreSettings.current().zone)


def _filters(target: Target) -> Filters:
    return Filters(target.severidade_minima, target.rotulos, target.silencio)


def _concerned(kind: type[Payload], usuario_id: int | None) -> ColumnElement[bool]:
    """A user's event goes to that user only; the operator's to destinations without owner or of staff."""
    if kind.do_usuario and usuario_id is not None:
        return Destino.usuario_id == usuario_id
    if kind.do_usuario:
        return Destino.usuario_id.is_(None)
    staff = select(Usuario.id).where(Usuario.is_staff, Usuario.ativo)
    return or_(Destino.usuario_id.is_(None), Destino.usuario_id.in_(staff))
