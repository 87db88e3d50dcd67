"""What is looked after for alerts: that somebody judges, and how many are open."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.upkeep import Upkeep
from flows.alertas import alone
from storage.models.alertas import Alerta


def opened(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many alerts are open, by source, code and severity, and how many of them nobody has acknowledged."""
    labels = (Alerta.fonte, Alerta.codigo, Alerta.severidade)
    count = func.count()
    unseen = count.filter(Alerta.reconhecido_em.is_(None))
    found = GaugeMetricFamily("esteira_alertas_abertos", "Alertas abertos.", labels=["fonte", "codigo", "severidade"])
    said = "Alertas abertos que ninguém reconheceu."
    alone_ = GaugeMetricFamily("esteira_alertas_sem_dono", said, labels=["fonte", "codigo", "severidade"])
    query = select(*labels, count, unseen).where(Alerta.resolvido_em.is_(None)).group_by(*labels)
    for fonte, codigo, severidade, total, left in db.execute(query.order_by(*labels)):
        found.add_metric([fonte, codigo, severidade], total)
        alone_.add_metric([fonte, codigo, severidade], left)
    yield from (found, alone_)


UPKEEP = Upkeep(metrics=(opened,), watches=(alone.look,))
