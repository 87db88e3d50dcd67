"""Lease tokens: each names its process, so that leases of dead processes of this host are found at once.

A container is a host of its own here; of those that share its machine `claims.presence` knows which have ended. Two
machines may have one name: what tells them apart is in the token too.
"""

import hashlib
import os
import secrets
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path

from claims import presence

SEPARATOR = "|"
MARK = "@"
MACHINE = Path("/etc/machine-id")
PROCESSES = Path("/proc")
# Which processes this one sees (pid_namespaces(7)); the number of the first table of a kernel is the same everywhere.
TABLE, FIRST_TABLE = Path("/proc/self/ns/pid"), "pid:[4026531836]"


def host() -> str:
    """Return the name of this machine or container."""
    return socket.gethostname()


def _born(pid: int) -> str | None:
    """Return when a process started, in ticks since boot (field 22 of /proc/PID/stat); None for one that has ended.

    Raises:
        OSError: it is not there, or cannot be looked at.
    """
    fields = (PROCESSES / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    return None if fields[0] == b"Z" else fields[19].decode()


def _has_ended(pid: int, born: str) -> bool:
    """Tell whether the process of this number that started then has ended for certain."""
    try:
        return _born(pid) != born
    except (FileNotFoundError, ProcessLookupError):
        return _is_nobodys(pid)
    except OSError:
        # without a free descriptor even this process could not be looked at
        return False


def _is_nobodys(pid: int) -> bool:
    """Tell whether no process has this number; those of other accounts may be hidden in /proc (proc(5), hidepid)."""
    try:
        os.kill(pid, 0)
    except OSError as fault:
        return isinstance(fault, ProcessLookupError)
    return False


def machine() -> str:
    """Return what tells this machine, or this container of it, from others of its name.

    A machine is known by its number, as far as its system has one (machine-id(5)); a container, whose processes have
    numbers of their own, by its kernel's start and its process table.
    """
    return _mark(MACHINE, TABLE)


@cache
def _mark(number: Path, table: Path) -> str:
    known = _read(lambda: number.read_bytes().strip()) + _read(lambda: _of_container(table))
    # whoever reads a token learns nothing of the number itself
    return hashlib.sha256(known).hexdigest()[:8] if known else ""


def _of_container(table: Path) -> bytes:
    processes = os.readlink(table)
    return b"" if processes == FIRST_TABLE else presence.BOOT.read_bytes() + processes.encode()


def _read(look: Callable[[], bytes]) -> bytes:
    try:
        return look()
    except OSError:
        return b""


def _here() -> str:
    """Return the name under which this container shows that it lives: another of its host name has another one."""
    return f"{host()}{MARK}{machine()}"


def new_token() -> str:
    """Return a lease token of this process, different at every call."""
    presence.hold(_here())
    return SEPARATOR.join((host(), str(os.getpid()), f"{_start()}{MARK}{machine()}", secrets.token_hex(8)))


def _start() -> str:
    """Return when this process started; a question mark where that cannot be seen."""
    try:
        return _born(os.getpid()) or "?"
    except OSError:
        return "?"


def hosts() -> set[str]:
    """Return the names of which `is_dead` may know something: of this host, and of containers that have ended."""
    return {host(), *(name.partition(MARK)[0] for name in presence.ended())}


def is_dead(token: str) -> bool:
    """Tell whether the holder ran on this machine and is gone; of other machines only the clock can tell."""
    name, _, rest = token.partition(SEPARATOR)
    pid, _, rest = rest.partition(SEPARATOR)
    born, _, where = rest.partition(SEPARATOR)[0].partition(MARK)
    if name != host() or (where and machine() and where != machine()):
        return presence.gone(f"{name}{MARK}{where}")
    if born == "?" or not pid.isdigit() or not (PROCESSES / "self/stat").exists():
        return False
    return _has_ended(int(pid), born)


def told(token: str) -> str:
    """Return who holds something, for people: the machine and the process."""
    name, _, rest = token.partition(SEPARATOR)
    return f"{name} (processo {rest.partition(SEPARATOR)[0]})"
