"""WHEN: one table of what beat sends. Losing a message costs one period and nothing else."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab

from core.settings.deliveries import DeliverySettings
from core.settings.sync import FLOWS, SyncSettings

EXPIRES = 0.9
DAY_SECONDS = 86_400


def every(task: str, *, seconds: float) -> dict[str, Any]:
    """Return an entry; a message that waited for most of its period is dropped, so that no backlog piles up."""
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"expires": seconds * EXPIRES}}


def daily(task: str, *, hour: int) -> dict[str, Any]:
    """Return an entry for a full hour of `core.timezone`, the zone of Celery here."""
    when = crontab(hour=hour, minute=0)
    return {"task": task, "schedule": when, "options": {"expires": DAY_SECONDS * EXPIRES}}


def sync() -> list[dict[str, Any]]:
    """Return an entry for each flow that is on in some account, as often as the most frequent one runs."""
    accounts = SyncSettings.current().contas.values()
    often = {flow: [minutes for one in accounts if (minutes := one.minutes(flow))] for flow in FLOWS}
    return [
        every(f"sync.{flow.replace('-', '_')}", seconds=60 * min(minutes)) for flow, minutes in often.items() if minutes
    ]


def schedule() -> dict[str, dict[str, Any]]:
    """Return the entries by name."""
    entries = [
        every("entregas.varrer", seconds=DeliverySettings.current().sweep_seconds),
        every("sat.varrer", seconds=5),
        every("questor.avancar", seconds=5),
        every("fila.vigiar", seconds=15),
        every("documentos.avancar", seconds=30),
        every("sefaz.varrer", seconds=1800),
        every("documentos.conferir_numeracao", seconds=3600),
        *sync(),
        every("alertas.lembrar", seconds=300),
        daily("manutencao.limpar", hour=2),
    ]
    # What judges whether the others run is told how often they should.
    periods = {entry["task"]: period(entry["schedule"]) for entry in entries}
    entries.append(every("alertas.julgar", seconds=60) | {"args": [periods]})
    return {entry["task"]: entry for entry in entries}


def period(schedule: timedelta | crontab) -> float:
    """Return the seconds between two runs; the only other schedule here is daily."""
    return schedule.total_seconds() if isinstance(schedule, timedelta) else float(DAY_SECONDS)
