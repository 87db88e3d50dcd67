"""The test button: one attempt now, regardless of the destination's subscriptions and state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import loop
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from events.catalog import Teste
from events.delivery import kind
from events.delivery.engine import message_of
from events.delivery.kind import Made
from events.delivery.rows import Owed
from events.delivery.settling import attempt_row, reason_kept
from events.outbox import record_data_for
from flows.destinos.finding import find_opened
from storage.models.destinos import Destino
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.session import transaction

NOT_ENDED = "o teste não terminou"
NOT_ASKED = "{}: nada foi perguntado ao destino, tente mais tarde"


@dataclass(frozen=True)
class Tested:
    """How a test went."""

    destino: str
    entrega_id: int
    sucesso: bool
    status_code: int
    duracao_ms: int
    erro: str | None
    aviso: str | None = None


@dataclass(frozen=True)
class Amostra:
    """An event to try with, by its name and data."""

    evento: str
    dados: Mapping[str, Any]


def try_out(
    name_or_id: str,
    clock: Clock = SYSTEM,
    caller: Caller = OPERATOR,
    *,
    usuario: str | None = None,
    amostra: Amostra | None = None,
) -> Tested:
    """Send a test event once, or what is given to try with; a failure is not tried again and hurts no health."""
    now = clock.now()
    with transaction() as db:
        destino = find_opened(db, name_or_id, caller)
        tipo = kind.known_kind(destino.tipo)
        tried = amostra or _teste(destino.nome, usuario, now)
        owed = _begun(db, record_data_for(db, tried.evento, tried.dados, destino), destino, now)
    made = loop.run(tipo.deliver(destino, message_of(owed), clock.now()))
    error = None if made.outcome.delivered else reason_kept(made.outcome.text or NOT_ASKED.format(made.outcome.name))
    with transaction() as db:
        _ended(db, owed, made, error, clock.now())
    return Tested(destino.nome, owed.id, error is None, made.status, made.duration_ms, error, made.doubt)


def close() -> None:
    """Close the connections that tests of this process left open for the next one."""
    kind.close()


def _teste(nome: str, usuario: str | None, now: datetime) -> Amostra:
    payload = Teste(mensagem=f"Teste do destino {nome}.", timestamp=now.isoformat(), usuario=usuario)
    return Amostra(payload.evento, payload.dados())


def _begun(db: Session, event: Event, destino: Destino, now: datetime) -> Owed:
    """Write the delivery as one that has failed: neither a worker nor whoever resumes sends it, if nobody ends it."""
    delivery = Delivery(
        event_id=event.id,
        destino_id=destino.id,
        estado=Estado.ESGOTADO,
        tentativas=1,
        due_at=now,
        created_at=now,
        finished_at=now,
        last_error=NOT_ENDED,
    )
    db.add(delivery)
    db.flush()
    return Owed(delivery.id, destino.id, 0, now, now, event.message_id, event.nome, event.corpo)


def _ended(db: Session, owed: Owed, made: Made, error: str | None, now: datetime) -> None:
    """Write how it went, but not over what became of the delivery by other hands."""
    stored = db.get(Delivery, owed.id, with_for_update=True)
    if stored is None:
        # its destination was removed
        return
    db.execute(insert(Attempt).values(attempt_row(owed, made)))
    if stored.estado == Estado.ESGOTADO and stored.last_error == NOT_ENDED:
        stored.estado = Estado.ENTREGUE if made.outcome.delivered else Estado.ESGOTADO
        stored.finished_at, stored.last_error = now, error
