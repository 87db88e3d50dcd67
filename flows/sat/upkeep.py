"""What is looked after for boxes: their history of a sensible size, their figures, what dead workers asked."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from core.clock import FixedClock
from core.settings.retencao import RetentionSettings
from core.upkeep import Upkeep
from flows.sat.boxes import check_all_soon
from flows.sat.metrics import each, results
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


UPKEEP = Upkeep(
    retention=(history,),
    metrics=(results, each),
    claims=(give_back,),
    at_start=(check_all_soon,),
)
