"""The files of locks in the data folder, and what is told where one cannot be opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core import owner
from core.disk import FULL
from core.errors import Misconfigured, Transient
from core.text import os_fault

CANNOT_OPEN = "Não consegui abrir {}: {}. O arquivo e a pasta devem ser da conta que roda a Esteira (chown)."
NO_ROOM = "Não consegui criar {}: {}."


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """Yield the open file of a lock, made in its folder where it is missing.

    Raises:
        Misconfigured: it is not ours to open. Transient: the disk has no room for it.
    """
    try:
        owner.make_folder(path.parent, 0o700)
        file = owner.open_lock(path)
    except OSError as fault:
        if fault.errno in FULL:
            raise Transient(NO_ROOM.format(path, os_fault(fault))) from fault
        raise Misconfigured(CANNOT_OPEN.format(path, os_fault(fault))) from None
    with file:
        yield file
