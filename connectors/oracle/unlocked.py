"""Changes of rows that wait for nobody: a row that another session has locked stays as it is, and costs only itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select, update
from sqlalchemy.sql.dml import Update

from connectors.oracle.reading import among

# Oracle takes at most a thousand values in a list.
LISTED = 500


def change(
    connection: Connection, table: Table, chosen: Sequence[ColumnElement[bool]], values: Mapping[str, Any]
) -> list[Any]:
    """Write values to the rows of a condition that nobody else has locked; return their numbers as the driver has them.

    The published table has no key: a row whose number a chosen one shares is written with it, or waited for.
    """
    written = update(table).where(*chosen).values(values)
    if connection.dialect.name == "oracle":
        return _change_of_oracle(connection, table, chosen, written)
    if connection.dialect.name == "postgresql":
        free = select(table.c.id).where(*chosen).with_for_update(skip_locked=True)
        # Without MATERIALIZED PostgreSQL may run the query again for each row.
        locked = free.cte("livres").prefix_with("MATERIALIZED")
        written = written.where(table.c.id.in_(select(locked.c.id)))
    return list(connection.scalars(written.returning(table.c.id)))


def _change_of_oracle(
    connection: Connection, table: Table, chosen: Sequence[ColumnElement[bool]], written: Update
) -> list[Any]:
    """Lock rows by fetching them: Oracle gives numbers back only into variables of one type, and these may have any."""
    free = list(connection.scalars(select(table.c.id).where(*chosen).with_for_update(skip_locked=True)))
    for start in range(0, len(free), LISTED):
        page = free[start : start + LISTED]
        connection.execute(written.where(among(table.c.id, page, "oracle")))
    return free
