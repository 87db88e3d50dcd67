"""Rows in error are sent again: by hand, or a few times automatically."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.oracle import counting
from connectors.oracle.orders import Number, Order
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import NotFound
from flows.fila.accounts import Fila, opened
from flows.fila.views import unknown
from storage.models.fila import FilaLinha
from storage.rows import upsert
from storage.session import transaction

BATCH = 500


def reprocess(nome: str, ids: Sequence[Number] | None = None, clock: Clock = SYSTEM, caller: Caller = OPERATOR) -> int:
    """Let rows in error be told again, all of them or those of these numbers; return how many."""
    caller.must_operate(unknown(nome))
    fila, total = opened(nome), 0
    while count := _batch(fila, ids, clock, most=None):
        total += count
    if ids is not None and not total:
        raise NotFound(f"Não há linha em ERRO com o número {ids[0]} na fila {nome}.")
    return total


def by_itself(fila: Fila, clock: Clock) -> int:
    """Let rows in error be told again that were not too often yet; return how many."""
    if not fila.conta.reprocess or not fila.layout.leased:
        return 0
    return _batch(fila, None, clock, most=fila.conta.reprocess)


def _batch(fila: Fila, ids: Sequence[Number] | None, clock: Clock, *, most: int | None) -> int:
    """Note the wish here first: a row that is open again there and not wanted here would be closed unsaid."""
    with fila.transaction() as connection:
        orders = counting.failed(connection, fila.layout, ids, BATCH)
    with transaction() as db:
        wanted = _wish(db, fila.nome, orders, clock, most)
    if not wanted:
        return 0
    with fila.transaction() as connection:
        return counting.reopen(connection, fila.layout, wanted)


def _wish(db: Session, nome: str, orders: Sequence[Order], clock: Clock, most: int | None) -> list[Number]:
    identities = [order.identity for order in orders]
    query = select(FilaLinha.identidade, FilaLinha.reprocessada)
    rows = db.execute(query.where(FilaLinha.conta == nome, FilaLinha.identidade.in_(identities)))
    often: dict[str, int] = {row.identidade: row.reprocessada for row in rows}
    wanted = [order for order in orders if most is None or often.get(order.identity, 0) < most]
    fixed = {"conta": nome, "message_id": None, "em": clock.now(), "aguarda": False, "token": None, "reenviar": True}
    values = [
        fixed | {"identidade": order.identity, "linha": order.linha, "reprocessada": often.get(order.identity, 0) + 1}
        for order in wanted
    ]
    upsert(db, FilaLinha, values, ("conta", "identidade"), "reenviar", "reprocessada", "aguarda", "token")
    return [order.id for order in wanted]
