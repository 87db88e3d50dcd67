"""Alerts: remind of what is still open."""

from typing import Any

from tasks.base import DEFAULT, task


@task("alertas.lembrar", DEFAULT)
def lembrar() -> dict[str, Any]:
    """Tell again of alerts that are open and unacknowledged for the time of the settings."""
    from core.clock import SYSTEM
    from flows.alertas.reminding import remind
    from flows.sat import quiet

    return {"lembrados": remind(calados=quiet.quiet_objects(SYSTEM.now()))}
