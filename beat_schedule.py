"""WHEN: one table of all that runs by itself. Losing a message costs one period and nothing else."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from core.agenda import Job
from core.settings.agenda import AgendaSettings
from core.settings.deliveries import DeliverySettings
from core.settings.sync import FLOWS, SyncSettings

EXPIRES = 0.9
# A message ends at an instant, by the clock of the worker: one that is some seconds ahead would drop all short sweeps.
PATIENCE_SECONDS = 60.0
# As it is typed and set; beat asks for the same by `sefaz.varrer`.
CONSULTAS = "consultas_sefaz"


def every(task: str, *, seconds: float, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
    """Return an entry; a message that waited for most of its period is dropped, so that no backlog piles up.

    It waits for `patience` at least: a handful of sweeps at once is cheap, and one beside another does nothing.
    """
    expires = max(seconds * EXPIRES, patience)
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"expires": expires}}


def daily(name: str, task: str) -> Job:
    """Return a job of every local day; its time and window are the settings of its name in `[agenda]`."""
    settings = AgendaSettings.current()
    return Job(name, task, getattr(settings, name), getattr(settings, f"{name}_janela"))


def jobs() -> list[Job]:
    """Return what is done once a day by the wall clock of `core.timezone`, also what is off."""
    return [
        daily("limpeza_logs", "manutencao.limpar"),
        daily("certificados_vencendo", "relatorios.avisar_certificados"),
        daily("enviar_relatorios", "relatorios.enviar"),
    ]


def sync() -> list[dict[str, Any]]:
    """Return an entry for each flow that is on in some account, as often as the most frequent one runs."""
    accounts = SyncSettings.current().contas.values()
    often = {flow: [minutes for one in accounts if (minutes := one.minutes(flow))] for flow in FLOWS}
    return [
        every(f"sync.{flow.replace('-', '_')}", seconds=60 * min(minutes)) for flow, minutes in often.items() if minutes
    ]


def sefaz() -> list[dict[str, Any]]:
    """Return the entries that look for companies to consult, and for single questions owed, unless that is off."""
    minutes = AgendaSettings.current().consultas_sefaz_minutos
    # seldom at the same moment as the other
    return [every("sefaz.varrer", seconds=60 * minutes), every("sefaz.completar", seconds=420)] if minutes else []


def schedule() -> dict[str, dict[str, Any]]:
    """Return what beat sends again and again, by name."""
    entries = [
        # docs/reference/contracts/webhooks_delivery.md §5: no longer than its period
        every("entregas.varrer", seconds=DeliverySettings.current().sweep_seconds, patience=0.0),
        every("sat.varrer", seconds=5),
        every("questor.avancar", seconds=5),
        every("fila.vigiar", seconds=15),
        every("documentos.avancar", seconds=30),
        every("documentos.conferir_numeracao", seconds=3600),
        *sefaz(),
        every("sefaz.manifestar", seconds=60),
        *sync(),
        every("alertas.lembrar", seconds=300),
        every("ritmo.anotar", seconds=60),
        # What is due by the wall clock is decided behind this tick, and kept in rows.
        every("agenda.avancar", seconds=60) | {"args": [[asdict(job) for job in jobs()]]},
    ]
    # What judges whether the others run is told how often they should.
    entries.append(every("alertas.julgar", seconds=60) | {"args": [periods(entries)]})
    return {entry["task"]: entry for entry in entries}


def periods(entries: list[dict[str, Any]]) -> dict[str, float]:
    """Return the seconds between two runs of each entry."""
    return {entry["task"]: entry["schedule"].total_seconds() for entry in entries}
