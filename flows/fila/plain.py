"""A table that its DBA has not prepared, with two states only. The promise is weaker there.

Without columns for a lease the rows stay locked while they are recorded, in one transaction of the queue's database; a
connection that hangs then holds them until `call_timeout`. Rows of one number are told and closed together: the
published table has no key, and nothing else names one of them.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, literal_column, select, update

from connectors.oracle.moments import today
from connectors.oracle.orders import Order, Status
from connectors.oracle.reading import among, columns, number, orders_of
from core.clock import Clock
from flows.fila.accounts import Fila
from flows.fila.recording import record
from flows.fila.results import Published


def publish(fila: Fila, clock: Clock) -> Published:
    """Publish a batch of a table with the states PENDENTE and PROCESSADO alone."""
    with fila.transaction() as connection:
        orders = _whole(connection, fila, _first(connection, fila))
        if not orders:
            return Published()
        new = record(orders, fila.nome, fila.conta, clock)
        if _close(connection, fila, orders) != len(orders):
            # A row of their numbers came meanwhile, and would be closed unsaid: the next look closes them with it.
            # Only what was told counts: where the table never closes them nobody looks again at once, without an end.
            connection.rollback()
            return Published(len(new), len(new))
    return Published(len(orders), len(new))


def _first(connection: Connection, fila: Fila) -> list[Order]:
    """Lock a batch of rows."""
    dialect, limit = connection.dialect.name, fila.conta.batch
    query = _locking(_pending(fila), dialect)
    if dialect != "oracle":
        query = query.limit(limit)
    options = {"stream_results": True, "max_row_buffer": limit} if dialect == "oracle" else {}
    with connection.execute(query, execution_options=options) as rows:
        return orders_of(rows.fetchmany(limit), fila.layout)


def _whole(connection: Connection, fila: Fila, first: Sequence[Order]) -> list[Order]:
    """Lock the other rows of these numbers too; leave numbers of which somebody else has locked a row."""
    if not first:
        return []
    dialect, table = connection.dialect.name, fila.layout.table
    same = among(table.c.id, sorted({one.id for one in first}), dialect)
    orders = orders_of(connection.execute(_locking(_pending(fila, same), dialect)), fila.layout)
    there = Counter(number(one) for one in connection.scalars(_pending(fila, same).with_only_columns(table.c.id)))
    locked = there - Counter(one.id for one in orders)
    return [one for one in orders if one.id not in locked]


def _pending(fila: Fila, *where: ColumnElement[bool]) -> Select[Any]:
    table = fila.layout.table
    pending = (_is_pending(fila), table.c.id.is_not(None))
    return select(*columns(fila.layout)).where(*pending, *where).order_by(table.c.id)


def _is_pending(fila: Fila) -> ColumnElement[bool]:
    """Return the condition of a pending row: with a literal, which Oracle pads to the width of a CHAR, and no bind."""
    return fila.layout.table.c.status == literal_column(f"'{Status.PENDENTE}'")


def _locking(query: Select[Any], dialect: str) -> Select[Any]:
    return query if dialect == "sqlite" else query.with_for_update(skip_locked=True)


def _close(connection: Connection, fila: Fila, orders: Sequence[Order]) -> int:
    """Write that rows were told; return of how many."""
    table = fila.layout.table
    values: dict[str, Any] = {"status": Status.PROCESSADO.value}
    if "processed" in fila.layout.names:
        values["processed"] = today()
    mine = among(table.c.id, sorted({one.id for one in orders}), connection.dialect.name)
    told = update(table).where(mine, _is_pending(fila))
    return connection.execute(told.values(values)).rowcount
