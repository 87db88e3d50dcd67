"""How long ago something was, on a machine whose clock may be wrong, and may be put right meanwhile."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Instants:
    """The clocks of a machine: `up` counts since its start, also while it sleeps; `boot` names that start."""

    wall: Callable[[], float] = time.time
    up: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME)
    boot: Callable[[], str] = lambda: BOOT_ID.read_text(encoding="ascii").strip()

    def now(self) -> dict[str, Any]:
        """Return this instant, as it is kept."""
        return {"relogio": self.wall(), "ligada_ha": self.up(), "partida": self.boot()}

    def ago(self, kept: Mapping[str, Any]) -> float:
        """Return how many seconds ago that was; after another start of the machine at least since that start."""
        if kept["partida"] == self.boot():
            return float(max(0.0, self.up() - kept["ligada_ha"]))
        return float(max(self.up(), self.wall() - kept["relogio"]))
