"""What an installation tells a monitor: every family of metrics, and what a query may ask of them."""

from prometheus_client.core import Metric

from api import measuring
from docs.generate.metrics import labels_of
from flows import metricas

SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}


def families() -> list[Metric]:
    """Return the families of the flows and of the API, as they are read from the database that is configured."""
    return [*metricas.read(), *measuring.REGISTRY.collect()]


def series() -> dict[str, set[str]]:
    """Return the labels of each name that a query may have."""
    return {
        family.name + suffix: {*labels_of(family), *(["le"] if suffix == "_bucket" else [])}
        for family in families()
        for suffix in SUFFIXES[family.type]
    }
