"""Queue tables of service orders: watch them all, publish what one has now."""

from dataclasses import asdict
from typing import Any

from core.queues import Queue
from core.settings.fila import FilaSettings
from tasks.base import task

# A watcher stays as long as beat lets pass until the next.
WATCH_SECONDS = 15.0
RESERVE = 5


def _ends_in() -> float:
    """A batch under way is written to its end: at most a few calls to its database."""
    slowest = max((conta.call_timeout for conta in FilaSettings.current().contas.values()), default=0)
    return slowest * 2 + RESERVE


FILA = Queue(
    name="fila",
    worker="fila",
    processes=2,
    about="Lê filas de ordens de serviço em outros bancos",
    longest=600,
    ends_in=_ends_in,
)


@task("fila.vigiar", FILA)
def vigiar() -> dict[str, Any]:
    """Stay with every queue table until the next watcher comes."""
    from flows.fila import watching

    return {"contas": [asdict(report) for report in watching.watch_all(WATCH_SECONDS)]}


@task("fila.publicar", FILA)
def publicar(conta: str = "padrao") -> dict[str, Any]:
    """Publish what a queue table has now."""
    from flows.fila import relay

    return asdict(relay.publish(conta))
