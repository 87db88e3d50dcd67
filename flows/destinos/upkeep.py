"""What is looked after for destinations: is each of them on, allowed, well."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.upkeep import FAULT, OK, WARNING, Finding, Upkeep
from events.delivery.kind import kinds
from storage.models import Destino
from storage.session import reading


def destinations() -> Iterator[Finding]:
    """Tell which destinations are switched off, and which have an address that is not allowed."""
    with reading() as db:
        destinos = db.query(Destino).order_by(Destino.id).all()
    for destino in destinos:
        name = f"destino {destino.nome}"
        if destino.desligado_em:
            advice = f"Corrija o destino e rode `esteira destinos retomar {destino.id}`."
            yield Finding(name, WARNING, f"desligado: {destino.desligado_motivo}", advice)
        elif kinds()[destino.tipo].blocked(destino):
            advice = "Veja deliveries.allow_networks, allow_http e allow_ports."
            yield Finding(name, FAULT, "as regras de entrega não permitem este endereço", advice)
        else:
            yield Finding(name, OK, destino.url)


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


UPKEEP = Upkeep(checks=(destinations,), metrics=(health,))
