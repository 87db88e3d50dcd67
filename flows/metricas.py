"""What a monitor asks, as Prometheus text: each flow gives its own metrics. It only reads.

A reading is kept for as long as it took, many times over: so whoever asks, and however often, and whatever stands in
the tables, it costs a small share of one core.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from core import queue_lengths
from core.clock import SYSTEM, Clock
from core.upkeep import Metrics as Tell
from core.upkeep import upkeeps
from storage.session import reading

# A reading of a flow costs at most one part of so many of the time.
SHARE = 50.0


def texto(clock: Clock = SYSTEM) -> bytes:
    """Return the metrics in Prometheus' text format 0.0.4, read now."""
    return written(read(clock))


def written(metrics: Sequence[Metric]) -> bytes:
    """Return these as text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Metrics(metrics))
    return generate_latest(registry)


def read(clock: Clock = SYSTEM) -> list[Metric]:
    """Read what the flows tell, at one instant."""
    return Kept(clock).read()


def families(db: Session, now: datetime) -> list[Metric]:
    """Return every family there is, with what this database has for it; no broker is asked."""
    of_flows = [metric for upkeep in upkeeps().values() for tell in upkeep.metrics for metric in tell(db, now)]
    return [*of_flows, *queues(None), *_about({})]


def queues(found: Mapping[str, int] | None) -> list[Metric]:
    """Return how many messages wait in each queue, if the broker says so; what is owed stands in the database."""
    answers = GaugeMetricFamily("esteira_broker_responde", "1: o broker respondeu.")
    waiting = GaugeMetricFamily("esteira_fila_mensagens", "Mensagens que esperam na fila do broker.", labels=["fila"])
    answers.add_metric([], found is not None)
    for queue, amount in (found or {}).items():
        waiting.add_metric([queue], amount)
    return [answers, waiting]


def _asked() -> list[Metric]:
    return queues(queue_lengths.lengths())


def _about(ages: Mapping[str, tuple[float, float]]) -> list[Metric]:
    """Return how old each reading is and what it cost, in seconds."""
    age = GaugeMetricFamily("esteira_metricas_idade_segundos", "Idade da leitura deste fluxo.", labels=["fluxo"])
    took = GaugeMetricFamily("esteira_metricas_leitura_segundos", "Custo da leitura deste fluxo.", labels=["fluxo"])
    for flow, (seconds, cost) in ages.items():
        age.add_metric([flow], seconds)
        took.add_metric([flow], cost)
    return [age, took]


@dataclass
class _Reading:
    """What a flow told last, when, and how many seconds it took."""

    metrics: list[Metric]
    at: float
    took: float


class Kept:
    """The last reading of each flow; one that is young enough for its cost is told again."""

    def __init__(self, clock: Clock = SYSTEM, timer: Callable[[], float] = perf_counter) -> None:
        self._clock, self._timer = clock, timer
        self._readings: dict[str, _Reading] = {}
        self._lock = threading.Lock()

    def read(self) -> list[Metric]:
        """Return the metrics of all flows, with how old they are and what they cost."""
        with self._lock:
            told = [metric for flow, upkeep in upkeeps().items() for metric in self._of(flow, upkeep.metrics)]
            return [*told, *self._kept("filas", _asked), *_about(self._ages())]

    def texto(self) -> bytes:
        """Return them in Prometheus' text format."""
        return written(self.read())

    def _of(self, flow: str, tells: Sequence[Tell]) -> list[Metric]:
        def told() -> list[Metric]:
            now = self._clock.now()
            with reading() as db:
                return [metric for tell in tells for metric in tell(db, now)]

        return self._kept(flow, told) if tells else []

    def _kept(self, flow: str, tell: Callable[[], list[Metric]]) -> list[Metric]:
        known, begun = self._readings.get(flow), self._timer()
        if known is not None and begun - known.at < known.took * SHARE:
            return known.metrics
        metrics = tell()
        ended = self._timer()
        self._readings[flow] = _Reading(metrics, ended, ended - begun)
        return metrics

    def _ages(self) -> dict[str, tuple[float, float]]:
        """Return how old the reading of each flow is, and what it cost."""
        return {flow: (max(self._timer() - known.at, 0.0), known.took) for flow, known in self._readings.items()}


class Metrics(Collector):
    """One reading, as Prometheus sees it."""

    def __init__(self, read: Sequence[Metric]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, zeros included: a monitor sees what is missing."""
        yield from self._read
