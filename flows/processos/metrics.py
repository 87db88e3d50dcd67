"""The figures of workers and tasks, and of the queues between them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.measured import BOUNDS_MS, INFINITE_MS
from storage.models.limites import RAN, Marca
from storage.models.processos import Processo, TarefaContada


def workers(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how long ago each worker said that it lives."""
    said = "Segundos desde que o worker disse que vive."
    age = GaugeMetricFamily("esteira_worker_visto_segundos", said, labels=["host", "worker"])
    for host, nome, seen in db.execute(select(Processo.host, Processo.nome, Processo.visto_em).order_by(Processo.id)):
        age.add_metric([host, nome], max((now - seen).total_seconds(), 0.0))
    yield age


def tasks(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how long tasks took, by how they ended, as a histogram of all processes and all times."""
    counts: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    sums: Counter[tuple[str, str]] = Counter()
    for row in db.scalars(select(TarefaContada).order_by(TarefaContada.tarefa, TarefaContada.resultado)):
        counts[row.tarefa, row.resultado][row.ate_ms] += row.total
        sums[row.tarefa, row.resultado] += row.soma_ms
    said = "Segundos que as tarefas levaram, por fim (bem, mal)."
    family = HistogramMetricFamily("esteira_tarefa_segundos", said, labels=["tarefa", "fim"])
    for key, counted in counts.items():
        totals = accumulate(counted[bound] for bound in BOUNDS_MS)
        buckets = [(_le(bound), float(total)) for bound, total in zip(BOUNDS_MS, totals, strict=True)]
        family.add_metric(list(key), buckets, sums[key] / 1000)
    yield family


def scheduled(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how long ago each task of the schedule last ran to its end."""
    said = "Segundos desde que a tarefa da agenda terminou bem."
    age = GaugeMetricFamily("esteira_tarefa_idade_segundos", said, labels=["tarefa"])
    for nome, when in db.execute(select(Marca.nome, Marca.instante).where(Marca.nome.startswith(RAN)).order_by("nome")):
        age.add_metric([nome.removeprefix(RAN)], max((now - when).total_seconds(), 0.0))
    yield age


def _le(bound: int) -> str:
    return "+Inf" if bound == INFINITE_MS else str(bound / 1000)
