"""Close rows that wait for the push service: when every delivery of their event has ended, by how it ended."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from connectors.oracle.orders import Number, Status, Told
from connectors.oracle.reading import number
from core.clock import Clock
from core.stopping import stopping
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
    closed, last = 0, 0
    while not stopping() and (waiting := _waiting(fila.nome, last)):
        for token in sorted({one.token for one in waiting}):
            closed += _close(fila, token, [one for one in waiting if one.token == token], clock)
        last = waiting[-1].id
    return closed


def _close(fila: Fila, token: str, waiting: Sequence[Waiting], clock: Clock) -> int:
    """Do so with rows of one token; one that another session has locked goes on waiting."""
    _hold(fila, token, [one.linha for one in waiting if one.open], clock)
    ended = [one for one in waiting if not one.open]
    locked = _settle(fila, token, ended, clock)
    closed = [one.id for one in ended if one.linha not in locked]
    _forget(token, closed)
    return len(closed)


def _settle(fila: Fila, token: str, ended: Sequence[Waiting], clock: Clock) -> set[Number]:
    """Write how rows ended; return those that are held still, because another session has locked them."""
    settled = relay.settle(fila, token, [_told(one, clock) for one in ended])
    if settled.issuperset(one.linha for one in ended):
        return set()
    with fila.transaction() as connection:
        return {order.id for order in fila.table.on(connection).mine(token)}


def _waiting(nome: str, last: int) -> list[Waiting]:
    """Return the next rows after the last one that was looked at."""
    page = (
        select(FilaLinha.id, FilaLinha.linha, FilaLinha.token, FilaLinha.message_id)
        .where(FilaLinha.conta == nome, FilaLinha.aguarda, FilaLinha.id > last)
        .order_by(FilaLinha.id)
        .limit(BATCH)
        .subquery()
    )
    still = func.count(Delivery.id).filter(Delivery.estado.in_(OPEN))
    failed = func.max(Delivery.last_error).filter(Delivery.estado.in_((Estado.ESGOTADO, Estado.BLOQUEADO)))
    query = (
        select(page.c.id, page.c.linha, page.c.token, still, failed, func.max(Attempt.response))
        .outerjoin(Event, Event.message_id == page.c.message_id)
        .outerjoin(Delivery, Delivery.event_id == Event.id)
        .outerjoin(Attempt, (Attempt.delivery_id == Delivery.id) & (Attempt.status_code == 200))
        .group_by(page.c.id, page.c.linha, page.c.token)
        .order_by(page.c.id)
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


def _forget(token: str, ids: Sequence[int]) -> None:
    """Wait no longer; rows that another token has taken over meanwhile wait under that one."""
    if ids:
        mine = (FilaLinha.id.in_(ids), FilaLinha.token == token)
        with transaction() as db:
            db.execute(update(FilaLinha).where(*mine).values(aguarda=False, token=None))
