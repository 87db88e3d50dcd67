"""How long ago something was, on a machine whose clock may be wrong, and may be put right meanwhile."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

# Windows counts its starts here.
BOOT_KEY = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"


def _up() -> float:
    if sys.platform == "win32":
        return time.monotonic()
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _boot() -> str:
    if sys.platform != "win32":
        return BOOT_ID.read_text(encoding="ascii").strip()
    import winreg

    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, BOOT_KEY) as key:
        return str(winreg.QueryValueEx(key, "BootId")[0])


@dataclass(frozen=True)
class Instants:
    """The clocks of a machine: `up` counts since its start, also while it sleeps; `boot` names that start."""

    wall: Callable[[], float] = time.time
    up: Callable[[], float] = _up
    boot: Callable[[], str] = _boot

    def now(self) -> dict[str, Any]:
        """Return this instant, as it is kept."""
        return {"relogio": self.wall(), "ligada_ha": self.up(), "partida": self.boot()}

    def ago(self, kept: Mapping[str, Any]) -> float:
        """Return how many seconds ago that was; after another start of the machine at least since that start."""
        if kept["partida"] == self.boot():
            return float(max(0.0, self.up() - kept["ligada_ha"]))
        return float(max(self.up(), self.wall() - kept["relogio"]))
