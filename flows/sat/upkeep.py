"""What is looked after for boxes: their history of a sensible size, their figures, what dead workers asked."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import Metric
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.settings.retencao import RetentionSettings
from core.upkeep import Upkeep
from flows.sat.boxes import check_all_soon
from flows.sat.rows import recover
from storage.forgetting import forget
from storage.models.sat import CaixaHistorico
from storage.rows import table_of

HISTORY = table_of(CaixaHistorico)


def history(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete old changes of boxes."""
    before = now - timedelta(days=RetentionSettings.current().historico_dias)
    # The numbers rise with time, and no index on the instants is worth its writing.
    old = select(HISTORY.c.id).where(HISTORY.c.em < before).order_by(HISTORY.c.id)
    return forget(HISTORY, old, "historico")


def give_back(now: datetime) -> int:
    """Give back the boxes that dead processes of this host were asking."""
    return recover(FixedClock(now))


def figures(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell of all boxes and of each; every worker has this page, and what an answer is read with only the API needs."""
    from flows.sat import metrics

    yield from metrics.results(db, now)
    yield from metrics.each(db, now)


UPKEEP = Upkeep(
    retention=(history,),
    metrics=(figures,),
    claims=(give_back,),
    at_start=(check_all_soon,),
)
