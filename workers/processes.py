"""One table of what runs beside the broker. `Procfile` says the same, for those who bring their own supervisor."""

import sys
from collections.abc import Sequence
from dataclasses import replace

from core.settings.api import ApiSettings
from core.settings.deliveries import DeliverySettings
from core.settings.flower import FlowerSettings
from core.settings.load import Settings
from workers.spec import Process

WORKERS = {
    "entregas": ("webhooks,ntfy", 2, "Entrega webhooks e mensagens ntfy"),
    "lentas": ("webhooks.slow", 1, "Entrega aos destinos lentos"),
    "sat": ("sat", 2, "Verifica as caixas SAT e MFE"),
    "questor": ("questor", 2, "Envia lotes de XML ao Questor"),
    "geral": ("default", 1, "Varreduras: devolve à fila o que ficou para trás"),
}
# A worker that is told to end finishes its running tasks: a drain lasts 5 s and then its last request. (Celery's own
# soft shutdown would always sleep its whole time.)
WORKER_STOP_RESERVE = 7
BEAT_GRACE = 2.0


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *arguments)


def _worker(name: str) -> Process:
    queues, concurrency, about = WORKERS[name]
    flags = ("-Q", queues, "-n", f"{name}@%h", "-c", str(concurrency), "-l", "WARNING")
    return Process(
        name=name,
        command=_python("celery", "-q", "-A", "workers", "worker", *flags, "--without-gossip", "--without-mingle"),
        about=about,
        address=f"filas {queues.replace(',', ', ')}",
    )


WORKER_PROCESSES = tuple(_worker(name) for name in WORKERS)
OTHERS = (
    Process(
        name="beat",
        command=_python("celery", "-q", "-A", "workers", "beat", "--pidfile=", "-l", "WARNING"),
        about="Agenda: pede as varreduras na hora certa",
        address="agenda no broker",
        grace=BEAT_GRACE,
    ),
    Process(name="flower", command=_python("workers.flower"), about="Página dos workers e das tarefas"),
    Process(name="api", command=_python("workers.web"), about="API HTTP"),
)
TABLE = (*WORKER_PROCESSES, *OTHERS)


def line(settings: Settings, needed: Sequence[Process] = (), worker_grace: float | None = None) -> list[Process]:
    """Return all processes in starting order: those `needed` first (a broker of our own), then workers, then the rest.

    `worker_grace` is how long a worker may take to end, in seconds; by default as long as its running requests may.
    """
    grace = worker_grace if worker_grace is not None else settings[DeliverySettings].total_timeout + WORKER_STOP_RESERVE
    first = tuple(process.name for process in needed)
    workers = [replace(process, after=first, grace=grace) for process in WORKER_PROCESSES]
    addresses = {
        "flower": f"http://{settings[FlowerSettings].host}:{settings[FlowerSettings].port}",
        "api": f"http://{settings[ApiSettings].host}:{settings[ApiSettings].port}/saude/",
    }
    rest = [
        replace(process, after=(*first, *WORKERS), address=addresses.get(process.name, process.address))
        for process in OTHERS
    ]
    return [*needed, *workers, *rest]
