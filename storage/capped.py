"""Count rows up to a limit, so that a glance costs the same whatever stands in the table."""

from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from core.capped import MOST, Capped


def capped(db: Session, query: Select[*tuple[Any, ...]], most: int = MOST) -> Capped:
    """Return how many rows a query has, and no more than the limit."""
    some = query.with_only_columns(literal(1), maintain_column_froms=True).order_by(None).limit(most + 1).subquery()
    found = db.scalar(select(func.count()).select_from(some)) or 0
    return Capped(min(found, most), found > most)
