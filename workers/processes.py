"""What runs beside the broker: on one machine (`esteira subir`), and for those who bring their own supervisor."""

import sys
from collections.abc import Sequence
from dataclasses import replace

from core.settings.api import ApiSettings
from core.settings.flower import FlowerSettings
from core.settings.load import Settings
from workers.layout import Worker, one_machine, one_per_family
from workers.spec import Process

BEAT_GRACE = 2.0
# For the end of everything but the workers.
STOP_RESERVE = 5
SERVICES_GRACE = 5.0


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
        command=_python("workers.run", "-A", "workers", "beat", "--pidfile=", "-l", "WARNING"),
        about="Agenda: pede as varreduras na hora certa",
        address="agenda no banco",
        grace=BEAT_GRACE,
    ),
    Process(name="flower", command=_python("workers.flower"), about="Página dos workers e das tarefas"),
    Process(name="api", command=_python("workers.web"), about="API HTTP"),
)


def table() -> list[Process]:
    """Return all that runs beside the broker where each family of queues has a worker of its own."""
    return [*map(worker_process, one_per_family()), *OTHERS]


def line(
    settings: Settings,
    needed: Sequence[Process] = (),
    prepared: Sequence[Process] = (),
    worker_grace: float | None = None,
) -> list[Process]:
    """Return all processes in starting order: those `needed` first (a broker of our own), then workers, then the rest.

    What is `prepared` begins beside the workers; nothing is asked of them before it is done. `worker_grace` is how
    long a worker may take to end, in seconds; by default as long as its queues say.
    """
    first = _names(needed)
    workers = [replace(process, after=first) for process in map(worker_process, one_machine())]
    if worker_grace is not None:
        workers = [replace(process, grace=worker_grace) for process in workers]
    services = _services(settings, (*first, *_names(prepared)), _names(workers))
    return [*needed, *prepared, *workers, services]


def _names(processes: Sequence[Process]) -> tuple[str, ...]:
    return tuple(process.name for process in processes)


def _services(settings: Settings, after: tuple[str, ...], workers: Sequence[str]) -> Process:
    """Return the one process that stands for all the others."""
    flower, api = settings[FlowerSettings], settings[ApiSettings]
    return Process(
        name="servicos",
        command=_python("workers.services", *workers),
        after=after,
        grace=SERVICES_GRACE,
        about="Agenda das varreduras, API HTTP e página dos workers (Flower)",
        address=f"http://{api.host}:{api.port}/saude/, http://{flower.host}:{flower.port}",
    )
