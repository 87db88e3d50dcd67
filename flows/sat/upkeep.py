"""What is looked after for boxes: their history of a sensible size, their figures, what dead workers asked."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.settings.retencao import RetentionSettings
from core.upkeep import Upkeep
from flows.sat.boxes import check_all_soon
from flows.sat.rows import BOXES, recover
from storage.forgetting import forget
from storage.models.sat import Caixa, CaixaHistorico
from storage.rows import table_of

HISTORY = table_of(CaixaHistorico)


def history(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete old changes of boxes."""
    before = now - timedelta(days=RetentionSettings.current().historico_dias)
    # The numbers rise with time, and no index on the instants is worth its writing.
    old = select(HISTORY.c.id).where(HISTORY.c.em < before).order_by(HISTORY.c.id)
    return forget(HISTORY, old, "historico")


def results(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many boxes had which result last, and how late the check is that is most overdue."""
    found = GaugeMetricFamily("esteira_sat_caixas", "Caixas por último resultado.", labels=["resultado"])
    query = select(Caixa.resultado, func.count()).where(Caixa.ativo).group_by(Caixa.resultado)
    for resultado, amount in db.execute(query.order_by(Caixa.resultado)):
        found.add_metric([resultado or "nenhum"], amount)
    late = GaugeMetricFamily("esteira_sat_atraso_segundos", "Atraso da consulta vencida mais antiga.")
    first = BOXES.first_due(db)
    late.add_metric([], max((now - first).total_seconds(), 0.0) if first else 0.0)
    yield from (found, late)


def give_back(now: datetime) -> int:
    """Give back the boxes that dead processes of this host were asking."""
    return recover(FixedClock(now))


UPKEEP = Upkeep(
    retention=(history,),
    metrics=(results,),
    claims=(give_back,),
    at_start=(check_all_soon,),
)
