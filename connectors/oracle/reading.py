"""Rows as they are read, and conditions on their numbers: a NUMBER of Oracle has up to 38 digits, and a fraction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Table, and_, bindparam, case, func, literal, literal_column
from sqlalchemy.engine import Row

from connectors.oracle.layout import Layout
from connectors.oracle.moments import wall
from connectors.oracle.orders import Number, Order, Status, shown
from core.logs import get_logger

# What SQLite keeps as an integer; beyond it a number is floating.
WIDEST = 2**63
FIRST_DATE = datetime(1, 1, 1)  # noqa: DTZ001 - as the table's people write it
# Of so many rows without a number each process remembers that it told of them.
MOST_TOLD_OF = 1000
log = get_logger(__name__)


class NoNumber(ValueError):
    """O número da linha não é um número."""


def columns(layout: Layout) -> list[Any]:
    """Return the columns that are read of a row."""
    read = [name for name in ("id", "os", "message", "created", "attempts") if name in layout.names]
    names = (*read, *(f"x_{name}" for name in layout.extra))
    return [known_date(layout) if name == "created" else _readable(layout, name) for name in names]


def known_date(layout: Layout) -> ColumnElement[Any]:
    """Return the date of a row as far as Python has it: at one before Christ the driver fails, and the whole fetch.

    A text stands as it is: beside a date the database would refuse it, or try to read every one of them.
    """
    column = _readable(layout, "created")
    return case((column >= literal(FIRST_DATE, DateTime()), column)).label("created") if layout.dated else column


def _readable(layout: Layout, name: str) -> ColumnElement[Any]:
    """Return a column as it can be read: a zone that has a name fails the driver of Oracle, and the whole fetch."""
    column = layout.table.c[name]
    return wall(column).label(name) if name in layout.zoned else column


def orders_of(rows: Iterable[Row[Any]], layout: Layout) -> list[Order]:
    """Return rows as the flow knows them, but for those whose number is none: nothing could be written to them."""
    found = list[Order]()
    for row in rows:
        try:
            found.append(_order(row, layout))
        except NoNumber as fault:
            _tell_of(layout.table.name, str(fault))
    return found


@lru_cache(MOST_TOLD_OF)
def _tell_of(table: str, value: str) -> None:
    """Say once, not with each look, that a row has no number."""
    log.warning("queue row without a number", table=table, value=value)


def _order(row: Row[Any], layout: Layout) -> Order:
    """Return a row as the flow knows it; what the table lacks is empty."""
    found = dict(zip((column.key for column in columns(layout)), row, strict=True))
    found |= {name: found.get(other) for name, other in layout.same.items()}
    return Order(
        id=number(found["id"]),
        os=text(found.get("os")),
        message=text(found.get("message")),
        created=found.get("created"),
        attempts=int(found.get("attempts") or 0),
        extra={name: text(found[f"x_{name}"]) for name in layout.extra},
        keyed="status" not in layout.names,
    )


def number(value: Any) -> Number:
    """Return the number of a row, exactly as the database has it; a whole one is an integer. Else raise `NoNumber`."""
    if isinstance(value, int):
        return value
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        raise NoNumber(value) from None
    if not exact.is_finite():
        raise NoNumber(value)
    return int(exact) if exact == exact.to_integral_value() else exact


def text(value: object) -> str:
    """Return a value as people read it."""
    if isinstance(value, float | Decimal) and Decimal(value).is_finite():
        return shown(number(value))
    return "" if value is None else str(value)


def among(column: ColumnElement[Any], ids: Sequence[Number], dialect: str) -> ColumnElement[bool]:
    """Return the condition that a column has one of these numbers; as an array where the database knows them."""
    if dialect == "postgresql":
        mixed = any(isinstance(one, Decimal) for one in ids)
        return column == func.any(bindparam(None, [Decimal(one) for one in ids] if mixed else list(ids)))
    if dialect == "sqlite":
        return column.in_([_of_sqlite(one) for one in ids])
    return column.in_(ids)


def beyond(column: ColumnElement[Any], last: Number, dialect: str) -> ColumnElement[bool]:
    """Return the condition that a column has a greater number."""
    return column > (_of_sqlite(last) if dialect == "sqlite" else last)


def _of_sqlite(one: Number) -> int | float:
    return one if isinstance(one, int) and abs(one) < WIDEST else float(one)


def in_state(table: Table, status: Status, dialect: str) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    """Return the condition of a row in a state and the order of such rows, as the index of each database has them.

    One without a number is none of them: it would only take the place of another.
    """
    here = table.c.status == literal_column(f"'{status}'")
    if dialect != "oracle":
        return and_(here, table.c.id.is_not(None)), table.c.id
    # A NULL key is not stored: others are not in the index, which is used only where this expression stands again.
    number = case((here, table.c.id))
    return number.is_not(None), number
