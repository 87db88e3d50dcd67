"""Small files that are there whole or not at all, also after a power cut; only their owner may read them."""

import contextlib
import os
from pathlib import Path

from core import owner
from core.disk import sync_folder

PART = ".parte"


def write(path: Path, text: str) -> None:
    """Write a file in one step; raise `OSError`, and leave no part of it, where that cannot be done."""
    draft = path.with_name(path.name + PART)
    try:
        draft.unlink(missing_ok=True)
        with os.fdopen(owner.create(draft, 0o600, replaces=path), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def read(path: Path) -> str | None:
    """Return what a file says; None where it is not there or is no text. Raises `OSError`: it cannot be read now."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
