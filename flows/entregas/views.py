"""Deliveries as people see them: pages of them, one with all its attempts, how many are in each state."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, false, func, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.errors import NotFound, UsageError
from core.page import SIZE, Counted, Page
from events.delivery.rows import ROWS
from flows.documentos.listagem import PRIMEIRA, Pagina, newest
from flows.documentos.listagem import page as numbered
from storage.models.destinos import Destino
from storage.models.email import Resumida, ResumoEmail
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.pages import LARGEST_KEY, newest_first, visible
from storage.session import reading


@dataclass(frozen=True)
class DeliveryView:
    """One event owed to one destination."""

    id: int
    webhook_id: str
    evento: str
    destino: str
    destino_id: int
    tipo: str
    estado: str
    tentativas: int
    criada_em: datetime
    proxima_tentativa: datetime | None
    concluida_em: datetime | None
    ultimo_erro: str | None


FIELDS = len(fields(DeliveryView))


@dataclass(frozen=True)
class AttemptView:
    """One request and what was answered."""

    tentativa: int
    data_execucao: datetime
    sucesso: bool
    resultado: str
    status_code: int
    duracao_ms: int
    endereco: str | None
    response: str | None
    erro: str | None


@dataclass(frozen=True)
class DeliveryDetail:
    """A delivery, the body that is sent, and every attempt so far.

    `resumida_em` is the delivery of the summary that tells of it, `resumidas` how many a summary tells of.
    """

    entrega: DeliveryView
    corpo: str
    resumida_em: int | None
    resumidas: int
    historico: tuple[AttemptView, ...]


def deliveries(
    estado: str | None = None,
    *,
    resumo: int | None = None,
    depois: int | None = None,
    limite: int = SIZE,
    caller: Caller = OPERATOR,
) -> Page[DeliveryView]:
    """Return a page of deliveries, the newest first, of one state if asked, or those that a summary tells of."""
    query = _in_state(estado, caller)
    if resumo is not None:
        inside = select(Resumida.entrega_id).join(ResumoEmail).where(ResumoEmail.entrega_id == resumo)
        query = query.where(Delivery.id.in_(inside) if abs(resumo) <= LARGEST_KEY else false())
    with reading() as db:
        return newest_first(db, query, Delivery.id, depois, limite).map(_view)


def pagina(estado: str | None = None, pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR) -> Counted[DeliveryView]:
    """Return a page of the same, by its number."""
    order = newest(pagina.ordering, "id", Delivery.id, Delivery.id)
    with reading() as db:
        return numbered(db, _in_state(estado, caller), order, pagina).map(lambda row: _view(row[:FIELDS]))


def of_event(webhook_id: str, caller: Caller = OPERATOR) -> tuple[DeliveryView, ...]:
    """Return every delivery of one event."""
    query = _query(caller).where(Event.message_id == webhook_id).order_by(Delivery.id)
    with reading() as db:
        return tuple(_view(row) for row in db.execute(query))


def delivery(number: int, caller: Caller = OPERATOR) -> DeliveryDetail:
    """Return one delivery with all that was tried; raise `NotFound` when there is none with this number."""
    with reading() as db:
        row = _row(db, number, caller)
        attempts = db.scalars(select(Attempt).where(Attempt.delivery_id == number).order_by(Attempt.id)).all()
        corpo = db.scalars(select(Event.corpo).where(Event.message_id == _view(row).webhook_id)).one()
        into, inside = _summary(db, number)
    text = corpo.decode("utf-8", "replace")
    return DeliveryDetail(_view(row), text, into, inside, tuple(_attempt(one) for one in attempts))


def _summary(db: Session, number: int) -> tuple[int | None, int]:
    """Return the delivery of the summary that a delivery is told of by, and how many it tells of itself."""
    linked = select(ResumoEmail.entrega_id, Resumida.entrega_id).join(Resumida, Resumida.resumo_id == ResumoEmail.id)
    into = db.scalar(linked.where(Resumida.entrega_id == number))
    inside = linked.where(ResumoEmail.entrega_id == number).subquery()
    return into, db.scalar(select(func.count()).select_from(inside)) or 0


def counts() -> dict[str, int]:
    """Return how many deliveries are in each state."""
    with reading() as db:
        counted = db.execute(select(Delivery.estado, func.count()).group_by(Delivery.estado))
        return {estado: amount for estado, amount in counted}  # noqa: C416 - a row is no pair to dict


def absent(number: int) -> NotFound:
    """Return the fault for a number that no delivery has."""
    return NotFound(f"Não há entrega com o número {number}.", veja="entregas")


def _in_state(estado: str | None, caller: Caller) -> Select[*tuple[Any, ...]]:
    if estado is None:
        return _query(caller)
    if estado not in set(Estado):
        raise UsageError(f"Estado desconhecido: {estado!r}. Use {', '.join(Estado)}.", campo="estado")
    return _query(caller).where(Delivery.estado == estado)


def _query(caller: Caller) -> Select[*tuple[Any, ...]]:
    # in the order of the fields of DeliveryView
    columns = (Delivery.id, Event.message_id, Event.nome, Destino.nome, Destino.id, Destino.tipo, Delivery.estado)
    times = (Delivery.tentativas, Delivery.created_at, ROWS.when(), Delivery.finished_at, Delivery.last_error)
    return (
        select(*columns, *times)
        .join(Event, Delivery.event_id == Event.id)
        .join(Destino, Delivery.destino_id == Destino.id)
        .where(visible(caller, Destino.usuario_id))
    )


def _row(db: Session, number: int, caller: Caller) -> Row[*tuple[Any, ...]]:
    row = db.execute(_query(caller).where(Delivery.id == number)).first() if abs(number) <= LARGEST_KEY else None
    if row is None:
        raise absent(number)
    return row


def _view(row: Sequence[Any]) -> DeliveryView:
    found = DeliveryView(*row)
    waits = found.estado == Estado.PENDENTE
    return found if waits else replace(found, proxima_tentativa=None)


def _attempt(attempt: Attempt) -> AttemptView:
    return AttemptView(
        attempt.number,
        attempt.started_at,
        attempt.error is None,
        attempt.outcome,
        attempt.status_code,
        attempt.duration_ms,
        attempt.address,
        attempt.response,
        attempt.error,
    )
