"""What is looked after for the figures of minutes: old ones go."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from core.upkeep import Upkeep
from storage.forgetting import forget
from storage.models.ritmo import Amostra
from storage.rows import table_of

ROWS, KEPT = table_of(Amostra), timedelta(days=2)


def old(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete the figures of days ago."""
    return forget(ROWS, select(ROWS.c.id).where(ROWS.c.minuto < now - KEPT).order_by(ROWS.c.minuto), "amostras")


UPKEEP = Upkeep(retention=(old,))
