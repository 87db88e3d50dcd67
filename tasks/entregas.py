"""Deliveries: the sweep that finds what is due, and the drain of one destination, on a queue for each pace."""

from dataclasses import asdict
from typing import Any

from core.queues import Queue
from core.settings.deliveries import DeliverySettings
from tasks.base import DEFAULT, task

# A drain starts no request after 5 s, and its last one may take deliveries.total_timeout, at most 30 s.
LONGEST = 45
RESERVE = 2


def _ends_in() -> float:
    """A drain that is asked to stop waits for the answers under way and writes them."""
    return DeliverySettings.current().total_timeout + RESERVE


WEBHOOKS = Queue("webhooks", "entregas", 2, "Entrega webhooks", LONGEST, _ends_in, urgent=True)
LENTAS = Queue("webhooks.slow", "lentas", 1, "Entrega aos destinos lentos", LONGEST, _ends_in)
NTFY = Queue("ntfy", "ntfy", 1, "Entrega mensagens ntfy", LONGEST, _ends_in, urgent=True)


@task("entregas.varrer", DEFAULT)
def varrer() -> dict[str, Any]:
    """Send a drain for every destination with due rows and a free slot."""
    from flows.entregas import draining

    return {"destinos": draining.wake_due()}


@task("entregas.drenar", WEBHOOKS)
def drenar(destino_id: int) -> dict[str, Any]:
    """Deliver what one destination is owed; what is left goes behind the others."""
    return _drained(destino_id)


@task("entregas.drenar_lentas", LENTAS)
def drenar_lentas(destino_id: int) -> dict[str, Any]:
    """Do the same for a destination that answers slowly, beside the others."""
    return _drained(destino_id)


@task("entregas.drenar_ntfy", NTFY)
def drenar_ntfy(destino_id: int) -> dict[str, Any]:
    """Do the same for a topic of ntfy."""
    return _drained(destino_id)


def _drained(destino_id: int) -> dict[str, Any]:
    from flows.entregas import draining

    return asdict(draining.drain_one(destino_id))
