"""What `subir` needs for itself before it starts anything: its data folder alone, and its ports free."""

import errno
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from core import file_lock, owner
from core.disk import FULL
from core.errors import Misconfigured, Transient
from core.settings import demonstration
from core.settings.api import ApiSettings
from core.settings.flower import FlowerSettings
from core.settings.load import Settings
from core.text import os_fault
from workers.private import private_folder

LOCK_FILE = "subir.lock"
# The processes of a supervisor that was killed are ended by the kernel, but not in no time.
PATIENCE_SECONDS, EVERY_SECONDS = 1.5, 0.1
PASSING = (errno.EADDRINUSE, errno.EADDRNOTAVAIL)


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for one `subir`.

    While a demonstration runs the folder is the demonstration's own: its `subir` holds the one above.

    Raises:
        Misconfigured: another one has it, or it cannot be used. Transient: the disk is full.
    """
    if demonstration.lives_in(data_dir):
        raise _taken(data_dir.parent, "esteira subir --demo")
    try:
        private_folder(data_dir)
        file = owner.open_lock(data_dir / LOCK_FILE)
    except OSError as error:
        kind = Transient if error.errno in FULL else Misconfigured
        raise kind(f"Não consegui usar a pasta {data_dir} (core.data_dir): {os_fault(error)}.") from None
    with file:
        _lock(file, data_dir)
        _sign(file)
        yield


def _sign(file: IO[Any]) -> None:
    """Write who has it; on a full disk nobody can read it, and it is had all the same."""
    with suppress(OSError):
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), f"{os.getpid()}\n".encode())


def _lock(file: IO[Any], data_dir: Path) -> None:
    if not file_lock.lock(file):
        raise _taken(data_dir, "esteira subir")


def _taken(data_dir: Path, command: str) -> Misconfigured:
    return Misconfigured(
        f"Já há um `{command}` rodando com a pasta {data_dir}{_holder(data_dir)}: pare-o, "
        "ou use outra pasta em core.data_dir."
    )


def _holder(data_dir: Path) -> str:
    try:
        number = (data_dir / LOCK_FILE).read_text().strip()
    except OSError:
        return ""
    return f" (processo {number})" if number.isdecimal() else ""


def check_ports(settings: Settings) -> None:
    """Tell the key of each port or address that cannot be used.

    Raises:
        Transient: it may come with time: the address of a VPN or of DHCP, a port that another still has.
        Misconfigured: only an operator makes it good.
    """
    flower, api = settings[FlowerSettings], settings[ApiSettings]
    pages = {"flower": (flower.host, flower.port), "api": (api.host, api.port)}
    if pages["flower"] == pages["api"]:
        raise Misconfigured(f"flower.port e api.port são a mesma porta, {api.port}.")
    mistakes = [mistake for name, (host, port) in pages.items() if (mistake := _mistake(name, host, port))]
    if mistakes:
        kind = Transient if all(fault in PASSING for fault, _ in mistakes) else Misconfigured
        raise kind("; ".join(said for _, said in mistakes) + ".")


def _mistake(name: str, host: str, port: int) -> tuple[int, str] | None:
    """Return the number of the error that stays, and what is told of it."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while fault := _fault(host, port):
        if fault != errno.EADDRINUSE:
            return fault, f"{name}.host ou {name}.port: não consegui abrir {host}:{port} ({os_fault(fault)})"
        if time.monotonic() > ends:
            return fault, f"a porta {port} de {host} já está em uso: mude {name}.port ou pare quem a usa"
        time.sleep(EVERY_SECONDS)
    return None


def _fault(host: str, port: int) -> int | None:
    """Return the number of the error that opening the port gives; None when it opens."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return errno.EADDRNOTAVAIL
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            return error.errno
    return None
