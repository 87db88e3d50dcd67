"""Close rows that wait for the push service: when every delivery of their event has ended, by how it ended."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from connectors.oracle.orders import Number, Status, Told
from connectors.oracle.reading import number
from core.clock import Clock
from flows.fila import relay
from flows.fila.accounts import Fila
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.models.fila import FilaLinha
from storage.session import reading, transaction

BATCH = 500
OPEN = (Estado.PENDENTE, Estado.ENVIANDO, Estado.RETIDO)


@dataclass(frozen=True)
class Waiting:
    """A row whose event may have been answered; `failed` is the last error of a delivery that was given up."""

    id: int
    linha: Number
    token: str
    open: int
    failed: str | None
    answer: str | None


def close_answered(fila: Fila, clock: Clock) -> int:
    """Close what was answered and hold on to the rest; return how many were closed."""
    waiting = _waiting(fila.nome)
    for token in sorted({one.token for one in waiting}):
        mine = [one for one in waiting if one.token == token]
        _hold(fila, token, [one.linha for one in mine if one.open], clock)
        ended = [one for one in mine if not one.open]
        relay.settle(fila, token, [_told(one, clock) for one in ended])
        _forget([one.id for one in ended])
    return sum(not one.open for one in waiting)


def _waiting(nome: str) -> list[Waiting]:
    still = func.count(Delivery.id).filter(Delivery.estado.in_(OPEN))
    failed = func.max(Delivery.last_error).filter(Delivery.estado.in_((Estado.ESGOTADO, Estado.BLOQUEADO)))
    query = (
        select(FilaLinha.id, FilaLinha.linha, FilaLinha.token, still, failed, func.max(Attempt.response))
        .outerjoin(Event, Event.message_id == FilaLinha.message_id)
        .outerjoin(Delivery, Delivery.event_id == Event.id)
        .outerjoin(Attempt, (Attempt.delivery_id == Delivery.id) & (Attempt.status_code == 200))
        .where(FilaLinha.conta == nome, FilaLinha.aguarda)
        .group_by(FilaLinha.id, FilaLinha.linha, FilaLinha.token)
        .order_by(FilaLinha.id)
        .limit(BATCH)
    )
    with reading() as db:
        return [Waiting(row[0], number(row[1]), row[2] or "", row[3], row[4], row[5]) for row in db.execute(query)]


def _hold(fila: Fila, token: str, rows: Sequence[Number], clock: Clock) -> None:
    if rows:
        with fila.transaction() as connection:
            until = clock.now() + timedelta(seconds=fila.conta.lease_seconds)
            fila.table.on(connection).hold(token, rows, until)


def _told(one: Waiting, clock: Clock) -> Told:
    status = Status.ERRO if one.failed else Status.PROCESSADO
    return Told(one.linha, status, clock.now(), one.failed, _message_of(one.answer))


def _message_of(answer: str | None) -> str | None:
    """Return the number that an ntfy server gave a message."""
    try:
        told = json.loads(answer or "")
    except ValueError:
        return None
    found = told.get("id") if isinstance(told, dict) else None
    return found if isinstance(found, str) else None


def _forget(ids: Sequence[int]) -> None:
    if ids:
        with transaction() as db:
            db.execute(update(FilaLinha).where(FilaLinha.id.in_(ids)).values(aguarda=False, token=None))
