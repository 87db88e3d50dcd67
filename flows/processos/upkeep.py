"""What is looked after for workers: that each says that it lives, their figures, those that are gone."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from core.upkeep import Upkeep
from flows.processos.metrics import scheduled, tasks, workers
from flows.processos.noting import last, leave, note
from storage.forgetting import forget
from storage.models.processos import Processo
from storage.rows import table_of

# So long one that is gone is told as gone.
KEPT = timedelta(days=1)
ROWS = table_of(Processo)


def gone(now: datetime) -> Iterator[Mapping[str, int]]:
    """Forget workers that nobody has seen for long."""
    return forget(ROWS, select(ROWS.c.id).where(ROWS.c.visto_em < now - KEPT).order_by(ROWS.c.id), "workers")


UPKEEP = Upkeep(
    retention=(gone,),
    metrics=(workers, tasks, scheduled),
    watches=(note,),
    at_stop=(last,),
    at_end=(leave,),
)
