"""Tables that their DBA has not prepared: with two states only, or with none at all. The promise is weaker there.

Without columns for a lease the rows stay locked while they are recorded, in one transaction of the queue's database; a
connection that hangs then holds them until `call_timeout`. Without a state our own database remembers what was told.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import literal_column, select, update

from connectors.oracle.moments import today
from connectors.oracle.orders import Order, Status
from connectors.oracle.reading import among, columns, order
from core.clock import Clock
from flows.fila.accounts import Fila
from flows.fila.recording import record
from flows.fila.results import Published
from storage.models.fila import FilaLinha
from storage.session import reading

PAGE = 500


def locked(fila: Fila, clock: Clock) -> Published:
    """Publish a batch of a table with the states PENDENTE and PROCESSADO alone."""
    table, limit = fila.layout.table, fila.conta.batch
    with fila.transaction() as connection:
        dialect = connection.dialect.name
        query = select(*columns(fila.layout)).where(table.c.status == literal_column("'PENDENTE'")).order_by(table.c.id)
        if dialect != "sqlite":
            query = query.with_for_update(skip_locked=True)
        if dialect != "oracle":
            query = query.limit(limit)
        options = {"stream_results": True, "max_row_buffer": limit} if dialect == "oracle" else {}
        with connection.execute(query, execution_options=options) as rows:
            orders = [order(row, fila.layout) for row in rows.fetchmany(limit)]
        if not orders:
            return Published()
        new = record(orders, fila.nome, fila.conta, clock)
        values: dict[str, Any] = {"status": Status.PROCESSADO.value}
        if "processed" in fila.layout.names:
            values["processed"] = today()
        mine = among(table.c.id, [one.id for one in orders], dialect)
        connection.execute(update(table).where(mine).values(values))
    return Published(len(orders), len(new))


def unmarked(fila: Fila, clock: Clock) -> Published:
    """Publish a batch of a table without states: the rows that were never sent."""
    for page in _pages(fila):
        fresh = _untold(fila.nome, page)
        if fresh:
            new = record(fresh[: fila.conta.batch], fila.nome, fila.conta, clock)
            return Published(len(fresh[: fila.conta.batch]), len(new))
    return Published()


def _pages(fila: Fila) -> Iterator[list[Order]]:
    """Yield the rows in the order of their numbers; a lower number that was committed late is among them."""
    table, last = fila.layout.table, None
    while True:
        query = select(*columns(fila.layout)).order_by(table.c.id)
        if last is not None:
            query = query.where(table.c.id > last)
        with fila.transaction() as connection, connection.execute(query) as rows:
            page = [order(row, fila.layout) for row in rows.fetchmany(PAGE)]
        if not page:
            return
        yield page
        last = page[-1].id


def _untold(nome: str, orders: list[Order]) -> list[Order]:
    known = select(FilaLinha.identidade).where(
        FilaLinha.conta == nome, FilaLinha.identidade.in_([order.identity for order in orders])
    )
    with reading() as db:
        told = set(db.scalars(known))
    return [order for order in orders if order.identity not in told]
