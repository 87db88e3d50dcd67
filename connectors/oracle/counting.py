"""How a queue table stands: rows by state, and how long the oldest has waited, by its own server's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from connectors.oracle.layout import Layout
from connectors.oracle.moments import moment, today
from connectors.oracle.orders import Number, Order, Status
from connectors.oracle.reading import among, beyond, columns, in_state, known_date, number, orders_of
from connectors.oracle.unlocked import change


@dataclass(frozen=True)
class Counts:
    """Rows by state. `oldest_seconds` is the age of the oldest pending one, where the table tells."""

    pending: int = 0
    held: int = 0
    failed: int = 0
    oldest_seconds: int | None = None


def count(connection: Connection, layout: Layout) -> Counts:
    """Count the rows that are not done; a table without states has none to tell."""
    if "status" not in layout.names:
        return Counts()
    table = layout.table
    open_ = (Status.PENDENTE.value, Status.PROCESSANDO.value, Status.ERRO.value)
    query = select(table.c.status, func.count()).where(table.c.status.in_(open_)).group_by(table.c.status)
    found = {row[0]: int(row[1]) for row in connection.execute(query)}
    pending, held, failed = (found.get(state, 0) for state in open_)
    return Counts(pending, held, failed, _oldest(connection, layout) if pending else None)


def _oldest(connection: Connection, layout: Layout) -> int | None:
    if "created" not in layout.names:
        return None
    pending = layout.table.c.status == Status.PENDENTE.value
    oldest, here, utc = connection.execute(
        select(func.min(known_date(layout)), today(), moment(0)).where(pending)
    ).one()
    if not isinstance(oldest, datetime):
        return None
    # a date has the zone of the table's people, or says its own
    age = here - oldest if oldest.tzinfo is None else utc.replace(tzinfo=UTC) - oldest
    return max(int(age.total_seconds()), 0)


def failed(
    connection: Connection,
    layout: Layout,
    limit: int,
    *,
    ids: Sequence[Number] | None = None,
    last: Number | None = None,
) -> list[Order]:
    """Return rows in error by their numbers: of these if any are given, after `last` where a page went before."""
    dialect = connection.dialect.name
    condition, key = in_state(layout.table, Status.ERRO, dialect)
    query = select(*columns(layout)).where(condition).order_by(key)
    if ids is not None:
        query = query.where(among(layout.table.c.id, ids, dialect))
    if last is not None:
        query = query.where(beyond(key, last, dialect))
    return orders_of(connection.execute(query.limit(limit)), layout)


def by_number(connection: Connection, layout: Layout, ids: Sequence[Number]) -> list[Order]:
    """Return rows by their numbers, in any state."""
    mine = among(layout.table.c.id, ids, connection.dialect.name)
    found = connection.execute(select(*columns(layout)).where(mine).order_by(layout.table.c.id))
    return orders_of(found, layout)


def reopen(connection: Connection, layout: Layout, ids: Sequence[Number]) -> list[Number]:
    """Let rows in error be due again, but for those that another session has locked; return their numbers."""
    values: dict[str, Any] = {"status": Status.PENDENTE.value, "attempts": 0, "next": None, "error": None}
    known = {name: value for name, value in values.items() if name in layout.names}
    mine = (among(layout.table.c.id, ids, connection.dialect.name), layout.table.c.status == Status.ERRO.value)
    return [number(one) for one in change(connection, layout.table, mine, known)]
