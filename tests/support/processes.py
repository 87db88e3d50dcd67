"""Looking at processes from outside."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

TOKEN = "from claims.holder import new_token; print(new_token())"


def dead_token() -> str:
    """Return a token of a process of this host that is gone."""
    return subprocess.run([sys.executable, "-c", TOKEN], capture_output=True, text=True, check=True).stdout.strip()


def alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


def arguments(pid: int) -> str:
    """Return what a process was started with, as anybody on the machine can read it."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started, and those that these started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
    below = [pid]
    for one in below:
        below += [child for child, parent in parents.items() if parent == one]
    return below[1:]
