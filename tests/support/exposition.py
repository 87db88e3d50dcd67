"""What an installation tells a monitor: every family of metrics, and its table in docs/reference/metrics.md."""

from collections.abc import Sequence

from prometheus_client.core import Metric

from api import measuring
from flows import metricas

OF_THE_API = {"esteira_api_segundos": ("rota", "metodo", "status")}
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}


def families() -> list[Metric]:
    """Return the families of the flows and of the API, by name."""
    found = [*metricas.read(), *measuring.REGISTRY.collect()]
    return sorted(found, key=lambda one: one.name)


def labels_of(family: Metric) -> Sequence[str]:
    """Return the names of its labels; the API's say them by their samples only."""
    own = getattr(family, "_labelnames", None)
    return tuple(own) if own is not None else OF_THE_API.get(family.name, ())


def series() -> dict[str, set[str]]:
    """Return the labels of each name that a query may have."""
    return {
        family.name + suffix: {*labels_of(family), *(["le"] if suffix == "_bucket" else [])}
        for family in families()
        for suffix in SUFFIXES[family.type]
    }


def table() -> list[str]:
    """Return the lines of the table."""
    return [
        f"| `{one.name}{'_total' * (one.type == 'counter')}` | {one.type} | "
        f"{', '.join(f'`{label}`' for label in labels_of(one)) or '–'} | {one.documentation} |"
        for one in families()
    ]
