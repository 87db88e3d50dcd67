"""When each scheduled task last ran to its end: what `alerts/fluxos` is judged by."""

import time
from datetime import timedelta

from claims import last_times
from core.clock import SYSTEM, Clock
from storage.models.limites import RAN

# Judging itself is noted apart, each time that it is done.
JUDGED = "alertas.julgar"
# After a longer pause nobody was there to run anything: what is missing counts from now.
PAUSE = timedelta(minutes=5)
# A task that runs every few seconds is noted now and then only.
EVERY_SECONDS = 30.0
_noted: dict[str, float] = {}


def note(tarefa: str, clock: Clock = SYSTEM) -> None:
    """Note that a task ran to its end, unless this process did so a moment ago."""
    now = time.monotonic()
    if now - _noted.get(tarefa, -EVERY_SECONDS) >= EVERY_SECONDS:
        _noted[tarefa] = now
        last_times.note(RAN + tarefa, clock)
