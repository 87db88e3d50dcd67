"""Rows in error are sent again: by hand, or a few times automatically."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connectors.oracle import counting
from connectors.oracle.orders import Number, Order, shown
from connectors.oracle.reading import number
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import NotFound, Transient
from core.text import plural
from flows.fila import spelling
from flows.fila.accounts import Fila, opened
from flows.fila.views import unknown
from storage.models.fila import FilaConta, FilaLinha
from storage.rows import upsert
from storage.session import reading, transaction

BATCH, PAGES = 500, 10


def reprocess(nome: str, ids: Sequence[Number] | None = None, clock: Clock = SYSTEM, caller: Caller = OPERATOR) -> int:
    """Let rows in error be told again, all of them or those of these numbers; return how many.

    Raises `Transient` where another session has locked what is left of them.
    """
    caller.must_operate(unknown(nome))
    fila = opened(nome)
    total, passed = _all(fila, ids, clock)
    pages = (passed[start : start + BATCH] for start in range(0, len(passed), BATCH))
    if any(_failed(fila, page) for page in pages):
        done = f"{plural(total, 'linha voltou', 'linhas voltaram')} à fila; " if total else ""
        raise Transient(f"Fila {nome}: {done}outra sessão segura linhas em ERRO; tente de novo quando as soltar.")
    if ids is not None and not total:
        raise NotFound(f"Não há linha em ERRO com o número {ids[0]} na fila {nome}.")
    return total


def _all(fila: Fila, ids: Sequence[Number] | None, clock: Clock) -> tuple[int, list[Number]]:
    """Let rows in error be told again, page by page; return how many, and the numbers of those passed over."""
    total, passed, last = 0, set[Number](), None
    while page := _failed(fila, ids, last):
        done = _reopen(fila, page, clock)
        total, last = total + len(done), _last(page)
        passed |= {one.id for one in page} - set(done)
    return total, sorted(passed)


def by_itself(fila: Fila, clock: Clock) -> int:
    """Let rows in error be told again that were not too often yet; return how many.

    A look ends at the first page that has such rows, and after `PAGES` without any, for there may be a million. The
    next one goes on where it ended, and from the end at the beginning.
    """
    if not fila.conta.reprocess or not fila.layout.leased:
        return 0
    begin = last = _begin(fila.nome)
    for _ in range(PAGES):
        page = _failed(fila, last=last)
        if count := len(_reopen(fila, page, clock, fila.conta.reprocess)):
            break
        last = _last(page) if len(page) == BATCH else None
        if last is None:
            break
    if last != begin:
        _go_on_after(fila.nome, last)
    return count


def _begin(nome: str) -> Number | None:
    """Return the number after which the last look ended; an account that was never looked at has none."""
    with reading() as db:
        kept = db.scalar(select(FilaConta.erros_vistos_ate).where(FilaConta.conta == nome))
    return None if kept is None else number(Decimal(kept))


def _go_on_after(nome: str, last: Number | None) -> None:
    values = {"erros_vistos_ate": None if last is None else shown(last)}
    with transaction() as db:
        db.execute(update(FilaConta).where(FilaConta.conta == nome).values(values))


def _last(page: Sequence[Order]) -> Number:
    """Return the number after which the next page begins: of a number that is there twice one row may be beyond."""
    return max((one.id for one in page if one.id != page[-1].id), default=page[-1].id)


def _failed(fila: Fila, ids: Sequence[Number] | None = None, last: Number | None = None) -> list[Order]:
    with fila.transaction() as connection:
        return counting.failed(connection, fila.layout, BATCH, ids=ids, last=last)


def _reopen(fila: Fila, orders: Sequence[Order], clock: Clock, most: int | None = None) -> list[Number]:
    """Let rows be told again that were not too often yet; return the numbers of those that nobody else has locked.

    The wish is noted here first: a row that is open again there and not wanted here would be closed unsaid.
    """
    with transaction() as db:
        wanted = _wish(db, fila.nome, orders, clock, most)
    if not wanted:
        return []
    with fila.transaction() as connection:
        done = counting.reopen(connection, fila.layout, [one.id for one in wanted])
    there = set(done)
    _uncount(fila.nome, [one for one in wanted if one.id not in there])
    return done


def _uncount(nome: str, orders: Sequence[Order]) -> None:
    """Take back that rows came back, for they did not; the wish stays: who opens one there meanwhile has it told."""
    if orders:
        mine = (FilaLinha.conta == nome, FilaLinha.identidade.in_([one.identity for one in orders]))
        with transaction() as db:
            db.execute(update(FilaLinha).where(*mine).values(reprocessada=FilaLinha.reprocessada - 1))


def _wish(db: Session, nome: str, orders: Sequence[Order], clock: Clock, most: int | None) -> list[Order]:
    spelling.renew(db, nome, orders)
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
    return wanted
