"""A file that a command writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.errors import UsageError
from core.text import os_fault


@contextmanager
def new_file(name: str, campo: str) -> Iterator[IO[bytes]]:
    """Open a file that is not there yet; one that is not written to its end is taken away again."""
    path = Path(name)
    try:
        file = path.open("xb")
    except OSError as fault:
        raise UsageError(f"Não consegui criar {name}: {os_fault(fault)}.", campo=campo) from None
    try:
        with file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
