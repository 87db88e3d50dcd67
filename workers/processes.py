"""One table of what runs beside the broker. `Procfile` says the same, for those who bring their own supervisor."""

import sys
from collections.abc import Sequence
from dataclasses import replace

from core.settings.api import ApiSettings
from core.settings.flower import FlowerSettings
from core.settings.load import Settings
from workers.layout import Worker, one_per_family
from workers.spec import Process

BEAT_GRACE = 2.0


def worker_process(worker: Worker) -> Process:
    """Return how a worker is run: ended by SIGTERM, and left the time that its queues ask for."""
    return Process(
        name=worker.name,
        command=worker.command(),
        about=worker.about,
        address=f"filas {worker.carries.replace(',', ', ')}",
        grace=worker.stops_within,
    )


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *arguments)


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


def worker_names() -> list[str]:
    """Return the names of the workers of this layout."""
    return [worker.name for worker in one_per_family()]


def table() -> list[Process]:
    """Return all that runs beside the broker."""
    return [*map(worker_process, one_per_family()), *OTHERS]


def line(settings: Settings, needed: Sequence[Process] = (), worker_grace: float | None = None) -> list[Process]:
    """Return all processes in starting order: those `needed` first (a broker of our own), then workers, then the rest.

    `worker_grace` is how long a worker may take to end, in seconds; by default as long as its queues say.
    """
    first = tuple(process.name for process in needed)
    workers = [replace(process, after=first) for process in map(worker_process, one_per_family())]
    if worker_grace is not None:
        workers = [replace(process, grace=worker_grace) for process in workers]
    addresses = {
        "flower": f"http://{settings[FlowerSettings].host}:{settings[FlowerSettings].port}",
        "api": f"http://{settings[ApiSettings].host}:{settings[ApiSettings].port}/saude/",
    }
    rest = [
        replace(process, after=(*first, *worker_names()), address=addresses.get(process.name, process.address))
        for process in OTHERS
    ]
    return [*needed, *workers, *rest]
