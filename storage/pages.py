"""Read a list by pages, bounded by the key of the row before; and only the rows that a caller may see."""

from typing import Any

from sqlalchemy import ColumnElement, Select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.caller import Caller
from core.page import LARGEST, SIZE, Page

Numbers = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]


def newest_first(
    db: Session, query: Select[*tuple[Any, ...]], key: InstrumentedAttribute[int], after: int | None, size: int = SIZE
) -> Page[Any]:
    """Return the rows that come after one with this key, the greatest key first; the key is the first column read."""
    return _page(db, query.order_by(key.desc()), None if after is None else key < after, size)


def oldest_first(
    db: Session, query: Select[*tuple[Any, ...]], key: InstrumentedAttribute[int], after: int | None, size: int = SIZE
) -> Page[Any]:
    """Return the rows that come after one with this key, the least key first; the key is the first column read."""
    return _page(db, query.order_by(key), None if after is None else key > after, size)


def _page(db: Session, query: Any, begins: ColumnElement[bool] | None, size: int) -> Page[Any]:
    wanted = max(1, min(size, LARGEST))
    bounded = query if begins is None else query.where(begins)
    rows = db.execute(bounded.limit(wanted + 1)).all()
    return Page(tuple(rows[:wanted]), rows[wanted - 1][0] if len(rows) > wanted else None)


def visible(caller: Caller, owner: Numbers) -> ColumnElement[bool]:
    """Return the condition for what a caller may see, by the column that names its owner."""
    return true() if caller.is_operator else owner == caller.usuario_id
