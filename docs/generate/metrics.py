"""Every metric that an installation tells, by what its flow says of it: the name, the labels and the help."""

from collections.abc import Callable, Iterable, Sequence
from tempfile import TemporaryDirectory

from prometheus_client.core import Metric
from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from docs.generate.blocks import replaced, table

# Its families say their labels by their samples only.
OF_THE_API = {"esteira_api_segundos": ("rota", "metodo", "status")}


def reference(text: str) -> str:
    """Return the page with the table of all metrics."""
    return replaced(text, "metrics", written(families()))


def families(clock: Clock = SYSTEM) -> list[Metric]:
    """Return the families of the flows and of the API, as an installation tells them that has nothing yet."""
    from api import measuring
    from flows import metricas
    from storage.metadata import metadata
    from storage.session import connect_engine

    with TemporaryDirectory(prefix="esteira-docs-") as folder:
        engine = connect_engine(f"sqlite:///{folder}/esteira.db")
        metadata().create_all(engine)
        with Session(engine) as db:
            found = metricas.families(db, clock.now())
        engine.dispose()
    return [*found, *measuring.REGISTRY.collect()]


def written(found: Iterable[Metric]) -> str:
    """Return the table of these, by name."""
    rows = [
        [
            f"`{one.name}{'_total' * (one.type == 'counter')}`",
            one.type,
            ", ".join(f"`{label}`" for label in labels_of(one)) or "–",
            one.documentation,
        ]
        for one in sorted(found, key=lambda one: one.name)
    ]
    return table(["métrica", "tipo", "rótulos", "o que diz"], rows)


def labels_of(family: Metric) -> Sequence[str]:
    """Return the names of its labels."""
    own = getattr(family, "_labelnames", None)
    return tuple(own) if own is not None else OF_THE_API.get(family.name, ())


FILES: dict[str, Callable[[str], str]] = {"docs/reference/metrics.md": reference}
