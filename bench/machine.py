"""What the machine was doing before a bench began: beside other work a figure says little."""

import os
import time
from pathlib import Path

WATCHED_SECONDS, TOO_BUSY = 1.0, 0.1


def _ticks() -> tuple[int, int]:
    """Return the idle and all ticks of the processors since boot (first line of /proc/stat)."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def tell() -> None:
    """Print how many cores there are and how busy they are now."""
    idle, every = _ticks()
    time.sleep(WATCHED_SECONDS)
    idle_after, every_after = _ticks()
    busy = 1 - (idle_after - idle) / max(every_after - every, 1)
    advice = "; com outro trabalho ao lado, estas medidas dizem pouco" if busy > TOO_BUSY else ""
    print(f"máquina: {os.cpu_count()} núcleos, {busy:.0%} ocupados antes de começar{advice}", flush=True)
