"""Lease tokens: each names its process, so that leases of dead processes of this host are found at once.

A container is a host of its own here; of those that share its machine `claims.presence` knows which have ended. Two
machines may have one name: what tells them apart is in the token too.
"""

import hashlib
import os
import secrets
import socket
from functools import cache
from pathlib import Path

from claims import presence

SEPARATOR = "|"
MACHINE = Path("/etc/machine-id")


def host() -> str:
    """Return the name of this machine or container."""
    return socket.gethostname()


def _born(pid: int) -> str | None:
    """Return when a process started, in ticks since boot (field 22 of /proc/PID/stat); None for the dead."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if fields[0] == "Z" else fields[19]


def machine() -> str:
    """Return what tells this machine from others of its name, as far as its system knows (machine-id(5))."""
    return _mark(MACHINE)


@cache
def _mark(path: Path) -> str:
    try:
        # whoever reads a token learns nothing of the number itself
        return hashlib.sha256(path.read_bytes().strip()).hexdigest()[:8]
    except OSError:
        return ""


def new_token() -> str:
    """Return a lease token of this process, different at every call."""
    pid = os.getpid()
    presence.hold(host())
    return SEPARATOR.join((host(), str(pid), f"{_born(pid) or '?'}@{machine()}", secrets.token_hex(8)))


def is_dead(token: str) -> bool:
    """Tell whether the holder ran on this machine and is gone; of other machines only the clock can tell."""
    name, _, rest = token.partition(SEPARATOR)
    pid, _, rest = rest.partition(SEPARATOR)
    born, _, where = rest.partition(SEPARATOR)[0].partition("@")
    if name != host():
        return presence.gone(name)
    if where and machine() and where != machine():
        return False
    if born == "?" or not pid.isdigit() or not Path("/proc/self/stat").exists():
        return False
    return _born(int(pid)) != born


def told(token: str) -> str:
    """Return who holds something, for people: the machine and the process."""
    name, _, rest = token.partition(SEPARATOR)
    return f"{name} (processo {rest.partition(SEPARATOR)[0]})"
