"""What is looked after for destinations: the figures of each."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.upkeep import Upkeep
from storage.models.destinos import Destino


def health(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell of each destination by its number: a name may be a customer's, and two may share one."""
    labels = ["destino", "tipo"]
    circuit = GaugeMetricFamily("esteira_circuito_aberto", "1: só uma sondagem por vez.", labels=labels)
    off = GaugeMetricFamily("esteira_destino_desligado", "1: a Esteira desligou o destino.", labels=labels)
    query = select(Destino.id, Destino.tipo, Destino.circuito_espera, Destino.desligado_em.is_not(None).label("off"))
    for row in db.execute(query.order_by(Destino.id)):
        circuit.add_metric([str(row.id), row.tipo], row.circuito_espera > 0)
        off.add_metric([str(row.id), row.tipo], bool(row.off))
    yield from (circuit, off)


UPKEEP = Upkeep(metrics=(health,))
