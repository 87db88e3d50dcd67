"""What SQL on two databases needs again and again: counts, batches, rows that may be there already."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Delete, Insert, Select, Table, Update, delete, func, select, tuple_
from sqlalchemy.orm import DeclarativeBase, Session


def table_of(model: type[DeclarativeBase]) -> Table:
    """Return the table of a model, typed as one."""
    return cast("Table", model.__table__)


def changed(db: Session, statement: Update | Delete | Insert) -> int:
    """Execute a statement that writes; return how many rows it touched."""
    return int(db.execute(statement).rowcount)  # type: ignore[attr-defined]


def delete_chosen(db: Session, table: Table, chosen: Select[int]) -> int:
    """Delete the rows whose ids a query chooses, except locked ones; return how many.

    The query brings its own limit, so that a batch holds its locks for a moment only.
    """
    # Without MATERIALIZED PostgreSQL may run the query again for each row, and so pass its limit.
    free = chosen.with_for_update(skip_locked=True).cte("chosen").prefix_with("MATERIALIZED", dialect="postgresql")
    gone = delete(table).where(table.c.id.in_(select(free.c.id))).returning(table.c.id)
    return len(db.execute(gone).all())


def next_numbers(db: Session, model: type[DeclarativeBase], amount: int) -> Sequence[int]:
    """Take so many numbers of a table's rows, which nobody else gets."""
    table, connection = table_of(model), db.connection()
    if connection.dialect.name == "postgresql":
        sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        return connection.scalars(select(sequence).select_from(func.generate_series(1, amount))).all()
    # There is one writer, and it is this one: what follows the last number is free.
    first = int(connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0) + 1
    return range(first, first + amount)


def insert_in(dialect: str, table: Table) -> Any:
    """Return the insert of a dialect, which is loaded by those who use it; only these know of conflicts."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    return insert(table)


def insert_for(db: Session, model: type[DeclarativeBase]) -> Any:
    """Return the insert of this database's dialect."""
    return insert_in(db.get_bind().dialect.name, table_of(model))


def add_missing(db: Session, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one that is there already, by any of its keys, stays as it is."""
    if rows:
        db.execute(insert_for(db, model).on_conflict_do_nothing(), list(rows))


def add_new(db: Session, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]], told: str) -> set[Any]:
    """Insert rows; return the values of the column `told` of those that were not there yet.

    When several insert the same row at once, one gets it back; the others wait for its transaction to end.
    """
    if not rows:
        return set()
    statement = insert_for(db, model).on_conflict_do_nothing().returning(table_of(model).c[told])
    return set(db.execute(statement, list(rows)).scalars())


def upsert(
    db: Session, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]], key: Iterable[str], *changes: str
) -> None:
    """Insert rows; of one that is there already by its `key`, write the columns `changes` (all others, if none)."""
    if not rows:
        return
    known = tuple(key)
    statement = insert_for(db, model)
    names = changes or tuple(name for name in rows[0] if name not in known)
    new = {name: statement.excluded[name] for name in names}
    db.execute(statement.on_conflict_do_update(index_elements=known, set_=new), list(rows))


def after(columns: Sequence[Any], last: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row comes after the last one of a page; `columns` are those of its order.

    A page costs the same wherever it is, and rows that come or go between pages shift no other.
    """
    return tuple_(*columns) > tuple_(*last, types=[column.type for column in columns])
