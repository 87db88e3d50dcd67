"""Alerts: judge what no flow judges by itself, remind of what is still open."""

from typing import Any

from tasks.base import DEFAULT, task


@task("alertas.lembrar", DEFAULT)
def lembrar() -> dict[str, Any]:
    """Tell again of alerts that are open and unacknowledged for the time of the settings."""
    from core.clock import SYSTEM
    from flows.alertas.reminding import remind
    from flows.sat import silences

    return {"lembrados": remind(calados=silences.silenced_objects(SYSTEM.now()))}


@task("alertas.julgar", DEFAULT)
def julgar(periodos: dict[str, float]) -> dict[str, Any]:
    """Judge destinations, Questor's lots and accounts, and the scheduled tasks by the seconds between their runs."""
    from flows.alertas.judging import judge

    return {"eventos": len(judge(periodos))}
