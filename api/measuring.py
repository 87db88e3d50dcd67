"""What this process answered: how many requests, and how long they took, by the pattern of their path."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

from api.page import STATIC
from api.routing import below

# When a series began says nothing to a monitor, and would be a series more for each.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
SECONDS = Histogram(
    "esteira_api_segundos",
    "Segundos até a resposta, por rota.",
    ["rota", "metodo", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
UNLIMITED = Counter("esteira_api_sem_limite", "Pedidos que passaram porque o Redis não respondeu.", registry=REGISTRY)
METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
# The patterns of what is mounted do not say where; a path that nobody knows must not become a series.
MOUNTED, OTHER = ("/admin", STATIC), "outra"


def note(scope: Mapping[str, Any], status: int, seconds: float) -> None:
    """Count a request."""
    method = scope["method"] if scope["method"] in METHODS else OTHER
    SECONDS.labels(route_of(scope), method, str(status or 499)).observe(seconds)


def route_of(scope: Mapping[str, Any]) -> str:
    """Return the pattern of a request's path."""
    mounted = next((one for one in MOUNTED if below(scope["path"], one)), None)
    path = getattr(scope.get("route"), "path", None)
    return mounted or (path if isinstance(path, str) else OTHER)
