"""What is looked after for reports: which notices were given long ago."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from core.upkeep import Upkeep
from storage.forgetting import forget
from storage.models.avisos import AvisoDado
from storage.rows import table_of

# A certificate lasts a year, and is told of in its last month.
KEPT = timedelta(days=400)
TABLE = table_of(AvisoDado)


def old(now: datetime) -> Iterator[Mapping[str, int]]:
    """Forget notices that cannot be due again."""
    return forget(TABLE, select(TABLE.c.id).where(TABLE.c.dado_em < now - KEPT).order_by(TABLE.c.id), "avisos_dados")


UPKEEP = Upkeep(retention=(old,))
