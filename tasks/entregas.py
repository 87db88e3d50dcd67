"""Deliveries: the sweep that finds what is due, and the pumps that serve it, on a queue for each pace."""

from typing import Any

from core.queues import Queue
from core.settings.deliveries import DeliverySettings
from tasks.base import DEFAULT, task

# A message stays for 5 s at most; what goes on behind it may take deliveries.total_timeout, at most 30 s.
LONGEST = 45
RESERVE = 2


def _ends_in() -> float:
    """A pump that is asked to stop waits for the answers under way and writes them."""
    return DeliverySettings.current().total_timeout + RESERVE


WEBHOOKS = Queue("webhooks", "entregas", 2, "Entrega webhooks", LONGEST, _ends_in, urgent=True)
LENTAS = Queue("webhooks.slow", "lentas", 1, "Entrega aos destinos lentos", LONGEST, _ends_in)
NTFY = Queue("ntfy", "ntfy", 1, "Entrega mensagens ntfy", LONGEST, _ends_in, urgent=True)


@task("entregas.varrer", DEFAULT)
def varrer() -> dict[str, Any]:
    """Wake the pumps for every destination with due rows and a free slot."""
    from flows.entregas import serving

    return {"destinos": serving.wake_due()}


@task("entregas.drenar", WEBHOOKS)
def drenar(destinos: list[int]) -> None:
    """Look at these destinations, or at all; what they are owed goes out behind the message."""
    _serve("entregas.drenar", destinos)


@task("entregas.drenar_lentas", LENTAS)
def drenar_lentas(destinos: list[int]) -> None:
    """Do the same for destinations that answer slowly, beside the others."""
    _serve("entregas.drenar_lentas", destinos)


@task("entregas.drenar_ntfy", NTFY)
def drenar_ntfy(destinos: list[int]) -> None:
    """Do the same for topics of ntfy."""
    _serve("entregas.drenar_ntfy", destinos)


def _serve(task: str, destinos: list[int]) -> None:
    from flows.entregas import serving

    serving.serve(task, destinos)
