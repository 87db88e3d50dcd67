"""What a monitor asks: the queue, its age, its speed, its destinations, as Prometheus text. It only reads.

Destinations are told by their number: a name may be a customer's, and two may share one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from events.delivery.kind import kinds as all_kinds
from events.delivery.latency import BOUNDS_MS, INFINITE_MS
from events.delivery.sweep import SWEEP
from storage import marks
from storage.models import Delivery, Destino, Latencia
from storage.models.eventos import OPEN_SQL, Estado
from storage.session import reading

STOPPED = (Estado.ESGOTADO, Estado.RETIDO, Estado.BLOQUEADO)


@dataclass
class Queue:
    """The deliveries of one kind of destination; `oldest` is the seconds its oldest due row has waited."""

    due: int = 0
    in_flight: int = 0
    oldest: float = 0.0
    states: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Reading:
    """Everything the metrics need, read from the database at one time."""

    queues: dict[str, Queue]
    latency: dict[str, Counter[int]]
    latency_ms: dict[str, int]
    sweep_age: float | None
    destinations: Sequence[Row[int, str, int, bool]]


def texto(clock: Clock = SYSTEM) -> bytes:
    """Return the metrics in Prometheus' text format 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Metrics(read(clock)))
    return generate_latest(registry)


def read(clock: Clock = SYSTEM) -> Reading:
    """Read what the metrics tell."""
    now = clock.now()
    with reading() as db:
        destinations = db.execute(
            select(Destino.id, Destino.tipo, Destino.circuito_espera, Destino.desligado_em.is_not(None).label("off"))
            .order_by(Destino.id)
        ).all()  # fmt: skip
        kinds = {row.id: row.tipo for row in destinations}
        latency, latency_ms = _latency(db)
        swept = marks.last(db, SWEEP)
        return Reading(
            _queues(db, kinds, now),
            latency,
            latency_ms,
            None if swept is None else _age(swept, now),
            destinations,
        )


def _queues(db: Session, kinds: dict[int, str], now: datetime) -> dict[str, Queue]:
    """Count deliveries by kind. Each query stays within one index, and none touches what was delivered."""
    queues = {kind: Queue() for kind in (*all_kinds(), *kinds.values())}
    # A destination made after `kinds` was read is told next time.
    found = {number: queues[kind] for number, kind in kinds.items()}
    nobody = Queue()
    due, held, number = Delivery.due_at <= now, Delivery.lease_token.is_not(None), Delivery.destino_id
    waiting = select(number, func.count(), func.count().filter(due), func.min(Delivery.due_at).filter(due))
    for destino_id, amount, overdue, first in db.execute(waiting.where(text(OPEN_SQL)).group_by(number)):
        queue = found.get(destino_id, nobody)
        queue.states[Estado.PENDENTE] += amount
        queue.due += overdue
        queue.oldest = max(queue.oldest, _age(first, now) if first else 0.0)
    for destino_id, amount in db.execute(select(number, func.count()).where(held).group_by(number)):
        queue = found.get(destino_id, nobody)
        queue.in_flight += amount
        queue.states[Estado.PENDENTE] -= amount
    stopped = select(number, Delivery.estado, func.count()).where(Delivery.estado.in_(STOPPED))
    for destino_id, estado, amount in db.execute(stopped.group_by(number, Delivery.estado)):
        found.get(destino_id, nobody).states[estado] += amount
    return queues


def _latency(db: Session) -> tuple[dict[str, Counter[int]], dict[str, int]]:
    """Return the first attempts by kind and bound, and the sum of their milliseconds."""
    counts: dict[str, Counter[int]] = {kind: Counter() for kind in all_kinds()}
    sums = dict.fromkeys(counts, 0)
    rows = db.execute(
        select(Destino.tipo, Latencia.ate_ms, func.sum(Latencia.total), func.sum(Latencia.soma_ms))
        .join(Destino, Latencia.destino_id == Destino.id)
        .group_by(Destino.tipo, Latencia.ate_ms)
    )
    for kind, ate_ms, total, soma_ms in rows:
        counts.setdefault(kind, Counter())[ate_ms] += int(total)
        sums[kind] = sums.get(kind, 0) + int(soma_ms)
    return counts, sums


def _age(since: datetime, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0)


class Metrics(Collector):
    """One reading, as Prometheus sees it."""

    def __init__(self, read: Reading) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Give every metric, zeros included: a monitor sees what is missing."""
        yield from self._of_queues()
        yield self._first_attempts()
        sweep = GaugeMetricFamily("esteira_varredura_idade_segundos", "Segundos desde a última varredura das entregas.")
        if self._read.sweep_age is not None:
            sweep.add_metric([], self._read.sweep_age)
        yield sweep
        yield from self._of_destinations()

    def _of_queues(self) -> Iterator[Metric]:
        due = GaugeMetricFamily("esteira_entregas_vencidas", "Entregas cuja hora chegou.", labels=["tipo"])
        flying = GaugeMetricFamily("esteira_entregas_em_voo", "Entregas nas mãos de um worker.", labels=["tipo"])
        states = GaugeMetricFamily("esteira_entregas", "Entregas por estado.", labels=["tipo", "estado"])
        said = "Atraso da entrega vencida mais antiga."
        oldest = GaugeMetricFamily("esteira_entrega_mais_antiga_segundos", said, labels=["tipo"])
        for kind, queue in self._read.queues.items():
            due.add_metric([kind], queue.due)
            flying.add_metric([kind], queue.in_flight)
            oldest.add_metric([kind], queue.oldest)
            for state in (Estado.PENDENTE, *STOPPED):
                # The queries are not one instant: a row claimed between them may be counted twice.
                states.add_metric([kind, state], max(queue.states[state], 0))
        yield from (due, flying, states, oldest)

    def _first_attempts(self) -> Metric:
        said = "Segundos do commit do evento à primeira tentativa."
        family = HistogramMetricFamily("esteira_primeira_tentativa_segundos", said, labels=["tipo"])
        for kind, counts in self._read.latency.items():
            totals = accumulate(counts[bound] for bound in BOUNDS_MS)
            buckets = [(_le(bound), float(total)) for bound, total in zip(BOUNDS_MS, totals, strict=True)]
            family.add_metric([kind], buckets, self._read.latency_ms[kind] / 1000)
        return family

    def _of_destinations(self) -> Iterator[Metric]:
        labels = ["destino", "tipo"]
        circuit = GaugeMetricFamily("esteira_circuito_aberto", "1: só uma sondagem por vez.", labels=labels)
        off = GaugeMetricFamily("esteira_destino_desligado", "1: a Esteira desligou o destino.", labels=labels)
        for row in self._read.destinations:
            circuit.add_metric([str(row.id), row.tipo], row.circuito_espera > 0)
            off.add_metric([str(row.id), row.tipo], bool(row.off))
        yield from (circuit, off)


def _le(bound: int) -> str:
    return "+Inf" if bound == INFINITE_MS else str(bound / 1000)
