"""Deliveries: the sweep that finds what is due, and the drain of one destination."""

from dataclasses import asdict
from typing import Any

from core.celery_app import DRAIN
from flows.entregas import draining
from tasks.base import task


@task("entregas.varrer", queue="default")
def varrer() -> dict[str, Any]:
    """Send a drain for every destination with due rows and a free slot."""
    return {"destinos": draining.wake_due()}


@task(DRAIN, queue="webhooks")
def drenar(destino_id: int) -> dict[str, Any]:
    """Deliver what one destination is owed; what is left goes behind the others."""
    return asdict(draining.drain_one(destino_id))
