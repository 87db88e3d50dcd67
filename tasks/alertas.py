"""Alerts: remind of what is still open."""

from typing import Any

from core.clock import SYSTEM
from flows import alertas
from flows.sat import quiet
from tasks.base import task


@task("alertas.lembrar", queue="default")
def lembrar() -> dict[str, Any]:
    """Tell again of alerts that are open and unacknowledged for the time of the settings."""
    return {"lembrados": alertas.lembrar(calados=quiet.quiet_objects(SYSTEM.now()))}
