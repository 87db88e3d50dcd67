"""Read a list by pages, bounded by the key of the row before; and only the rows that a caller may see."""

from typing import Any

from sqlalchemy import ColumnElement, Select, false, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.caller import Caller
from core.page import LARGEST, SIZE, Page

LARGEST_KEY, LARGEST_INTEGER = 2**63 - 1, 2**31 - 1
Numbers = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]


def newest_first(
    db: Session, query: Select[*tuple[Any, ...]], key: InstrumentedAttribute[int], after: int | None, size: int = SIZE
) -> Page[Any]:
    """Return the rows that come after one with this key, the greatest key first; the key is the first column read."""
    begun = query if after is None else query.where(key < _bounded(after))
    return page(db, begun.order_by(key.desc()), size)


def oldest_first(
    db: Session, query: Select[*tuple[Any, ...]], key: InstrumentedAttribute[int], after: int | None, size: int = SIZE
) -> Page[Any]:
    """Return the rows that come after one with this key, the least key first; the key is the first column read."""
    begun = query if after is None else query.where(key > _bounded(after))
    return page(db, begun.order_by(key), size)


def page(db: Session, query: Select[*tuple[Any, ...]], size: int = SIZE) -> Page[Any]:
    """Return the first rows of an ordered query; its first column is the key after which the next page begins."""
    wanted = max(1, min(size, LARGEST))
    rows = db.execute(query.limit(wanted + 1)).all()
    return Page(tuple(rows[:wanted]), rows[wanted - 1][0] if len(rows) > wanted else None)


def key_of(typed: str) -> int | None:
    """Return the number of a row that somebody typed; none for a text that is no such number."""
    digits = typed.isascii() and typed.isdigit() and len(typed) <= len(str(LARGEST_KEY))
    return number if digits and (number := int(typed)) <= LARGEST_KEY else None


def _bounded(number: int) -> int:
    """Return a number that a column can be compared with; a caller may say any."""
    return max(-LARGEST_KEY, min(number, LARGEST_KEY))


def visible(caller: Caller, owner: Numbers) -> ColumnElement[bool]:
    """Return the condition for what a caller may see, by the column that names its owner."""
    return true() if caller.is_operator else owner == caller.usuario_id


def nobody_but_the_operator(caller: Caller) -> ColumnElement[bool]:
    """Return the condition for what no user has: boxes, alerts, lots."""
    return true() if caller.is_operator else false()
