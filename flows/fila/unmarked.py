"""A table without states only gets rows, and our own database remembers which were told.

A look costs the same however many rows there are: it reads the last rows that were told and what came after them, and
where nothing came, one page further back, which goes round through the whole table. So a lower number that was
committed late is told too: at once among the last rows, else when the round comes by.
"""

from collections import deque
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, select

from claims.many import Many
from connectors.oracle.orders import Number, Order
from connectors.oracle.reading import columns, orders_of
from core.clock import Clock
from core.stopping import stopping
from flows.fila import spelling
from flows.fila.accounts import Fila, Frontier
from flows.fila.recording import record
from flows.fila.results import Published
from storage.models.fila import FilaLinha
from storage.rows import table_of
from storage.session import reading, transaction

PAGE = 500
LINES = table_of(FilaLinha)
LOOKED_FOR = Many({"identidade": LINES.c.identidade})


def publish(fila: Fila, clock: Clock) -> Published:
    """Publish the first page that has rows which were never told."""
    fresh = _ahead(fila, fila.frontier) or _behind(fila, fila.frontier)
    told, new = 0, 0
    for start in range(0, len(fresh), fila.conta.batch):
        if stopping():
            break
        batch = fresh[start : start + fila.conta.batch]
        new += len(record(batch, fila.nome, fila.conta, clock))
        told += len(batch)
    return Published(told, new)


def _ahead(fila: Fila, frontier: Frontier) -> list[Order]:
    """Return new rows of the first page that has any; the frontier follows the last rows that were told."""
    last = deque[Number](maxlen=PAGE)
    for page in _pages(fila, frontier.begin):
        if fresh := _untold(fila.nome, page):
            return fresh
        last.extend(one.id for one in page)
        if len(last) == PAGE:
            frontier.begin = last[0]
    if frontier.begin is None or last:
        return []
    # The table was made anew, and counts from one again.
    frontier.begin = frontier.back = None
    return _ahead(fila, frontier)


def _behind(fila: Fila, frontier: Frontier) -> list[Order]:
    """Return new rows of the next page of the round."""
    if frontier.begin is None:
        return []
    number = fila.layout.table.c.id
    after = () if frontier.back is None else (number > frontier.back,)
    page = _page(fila, number < frontier.begin, *after)
    frontier.back = page[-1].id if page else None
    return _untold(fila.nome, page)


def _pages(fila: Fila, begin: Number | None) -> Iterator[list[Order]]:
    number = fila.layout.table.c.id
    page = _page(fila, *(() if begin is None else (number >= begin,)))
    while page:
        yield page
        page = _page(fila, number > page[-1].id)


def _page(fila: Fila, *where: ColumnElement[bool]) -> list[Order]:
    number = fila.layout.table.c.id
    query = select(*columns(fila.layout)).where(number.is_not(None), *where).order_by(number).limit(PAGE)
    with fila.transaction() as connection:
        return orders_of(connection.execute(query), fila.layout)


def _untold(nome: str, orders: Sequence[Order]) -> list[Order]:
    if not orders:
        return []
    with reading() as db:
        connection = db.connection()
        asked = LOOKED_FOR.table(connection.dialect.name)
        known = select(LINES.c.identidade).where(
            LINES.c.conta == nome, LINES.c.identidade.in_(select(asked.c.identidade))
        )
        values = LOOKED_FOR.values([(one.identity,) for one in orders], connection.dialect)
        told = set(connection.execute(known, values).scalars())
    return _otherwise(nome, [one for one in orders if one.identity not in told])


def _otherwise(nome: str, orders: Sequence[Order]) -> list[Order]:
    """Return those that were not noted in another spelling either."""
    if not spelling.two_ways(orders):
        return list(orders)
    with transaction() as db:
        told = spelling.renew(db, nome, orders)
    return [one for one in orders if one.identity not in told]
