"""WHEN: one table of what beat sends. Losing a message costs one period and nothing else."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab

from core.settings.deliveries import DeliverySettings

EXPIRES = 0.9
DAY_SECONDS = 86_400


def every(task: str, *, seconds: float, queue: str) -> dict[str, Any]:
    """Return an entry; a message that waited for most of its period is dropped, so that no backlog piles up."""
    return {
        "task": task,
        "schedule": timedelta(seconds=seconds),
        "options": {"queue": queue, "expires": seconds * EXPIRES},
    }


def daily(task: str, *, hour: int, queue: str) -> dict[str, Any]:
    """Return an entry for a full hour of `core.timezone`, the zone of Celery here."""
    return {
        "task": task,
        "schedule": crontab(hour=hour, minute=0),
        "options": {"queue": queue, "expires": DAY_SECONDS * EXPIRES},
    }


def schedule() -> dict[str, dict[str, Any]]:
    """Return the entries by name."""
    entries = [
        every("entregas.varrer", seconds=DeliverySettings.current().sweep_seconds, queue="default"),
        every("sat.varrer", seconds=5, queue="sat"),
        every("questor.avancar", seconds=60, queue="questor"),
        every("alertas.lembrar", seconds=300, queue="default"),
        daily("entregas.limpar", hour=2, queue="default"),
    ]
    return {entry["task"]: entry for entry in entries}
