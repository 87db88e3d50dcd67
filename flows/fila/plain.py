"""A table that its DBA has not prepared, with two states only. The promise is weaker there.

Without columns for a lease the rows stay locked while they are recorded, in one transaction of the queue's database; a
connection that hangs then holds them until `call_timeout`.
"""

from typing import Any

from sqlalchemy import literal_column, select, update

from connectors.oracle.moments import today
from connectors.oracle.orders import Status
from connectors.oracle.reading import among, columns, orders_of
from core.clock import Clock
from flows.fila.accounts import Fila
from flows.fila.recording import record
from flows.fila.results import Published


def publish(fila: Fila, clock: Clock) -> Published:
    """Publish a batch of a table with the states PENDENTE and PROCESSADO alone."""
    table, limit = fila.layout.table, fila.conta.batch
    with fila.transaction() as connection:
        dialect = connection.dialect.name
        pending = (table.c.status == literal_column("'PENDENTE'"), table.c.id.is_not(None))
        query = select(*columns(fila.layout)).where(*pending).order_by(table.c.id)
        if dialect != "sqlite":
            query = query.with_for_update(skip_locked=True)
        if dialect != "oracle":
            query = query.limit(limit)
        options = {"stream_results": True, "max_row_buffer": limit} if dialect == "oracle" else {}
        with connection.execute(query, execution_options=options) as rows:
            orders = orders_of(rows.fetchmany(limit), fila.layout)
        if not orders:
            return Published()
        new = record(orders, fila.nome, fila.conta, clock)
        values: dict[str, Any] = {"status": Status.PROCESSADO.value}
        if "processed" in fila.layout.names:
            values["processed"] = today()
        mine = among(table.c.id, [one.id for one in orders], dialect)
        connection.execute(update(table).where(mine).values(values))
    return Published(len(orders), len(new))
