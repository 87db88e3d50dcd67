"""Files that stay: private, complete or not there, and on the disk before anybody is told of them."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core import owner
from core.disk import FULL, sync_folder
from core.errors import PlatformError, Transient, UsageError
from core.text import brazilian, os_fault

PRIVATE = 0o600
DRAFT = ".parcial"


@contextmanager
def draft_of(path: Path, mark: str) -> Iterator[Path]:
    """Make an empty draft beside a path, in the name of whoever has this mark; unless it was kept, it goes at the end.

    Raises `UsageError` where it cannot be made, `Transient` where the disk is full or it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{mark}{DRAFT}")
    try:
        os.close(owner.create(draft, PRIVATE, replaces=path))
    except OSError as fault:
        raise _refused(f"Não consegui criar {path}", fault) from None
    try:
        yield draft
    except OSError as fault:
        raise Transient(f"Não consegui escrever {path}: {os_fault(fault)}.") from fault
    finally:
        draft.unlink(missing_ok=True)


def keep(draft: Path, path: Path) -> None:
    """Give a written draft its name, for good."""
    sync_file(draft)
    draft.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Write what a file holds to the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sweep_drafts(folder: Path, mark: str) -> None:
    """Remove what whoever has this mark left when it was killed in the middle."""
    for path in folder.glob(f".*.{mark}{DRAFT}*"):
        with contextlib.suppress(OSError):
            path.unlink()


def check_parent(path: Path) -> None:
    """Raise `UsageError` where what a path is to be made in is missing, as on a disk that is not mounted."""
    try:
        path.parent.stat()
    except FileNotFoundError:
        raise UsageError(f"A pasta {path.parent} não existe: crie-a, ou monte o disco em que ela está.") from None
    except OSError:
        # told by whoever uses it
        return


def make_room(folder: Path, size: int) -> None:
    """Raise `Transient` when a folder's disk has no room for so many bytes."""
    try:
        owner.make_folder(folder, 0o700)
        free = shutil.disk_usage(folder).free
    except OSError as fault:
        raise _refused(f"Não consegui usar a pasta {folder}", fault) from None
    if free < size:
        raise Transient(f"Falta espaço em {folder}: preciso de {mega(size)} MB e há {mega(free)} MB livres.")


def _refused(what: str, fault: OSError) -> PlatformError:
    """Return what is told of a place where nothing can be made; a disk that is full has room again some day."""
    kind = Transient if fault.errno in FULL else UsageError
    return kind(f"{what}: {os_fault(fault)}.")


def mega(size: int) -> str:
    """Return a size in MB, as people here write it."""
    from decimal import Decimal

    return brazilian(Decimal(size) / 1_000_000, 1)
