"""What a monitor asks, as Prometheus text: each flow gives its own metrics. It only reads."""

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from core.clock import SYSTEM, Clock
from core.upkeep import upkeeps
from storage.session import reading


def texto(clock: Clock = SYSTEM) -> bytes:
    """Return the metrics in Prometheus' text format 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Metrics(read(clock)))
    return generate_latest(registry)


def read(clock: Clock = SYSTEM) -> list[Metric]:
    """Read what the flows tell, at one instant."""
    now = clock.now()
    with reading() as db:
        return [metric for upkeep in upkeeps().values() for tell in upkeep.metrics for metric in tell(db, now)]


class Metrics(Collector):
    """One reading, as Prometheus sees it."""

    def __init__(self, read: Sequence[Metric]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, zeros included: a monitor sees what is missing."""
        yield from self._read
