"""Files that only their owner may read: addresses with a password, passwords, configurations that carry one."""

import os
from pathlib import Path

from core import owner

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def private_folder(path: Path) -> Path:
    """Make a folder for its owner only; one that exists keeps its mode."""
    owner.make_folder(path, FOLDER_MODE)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 in one step: readers see the old text or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(owner.create(draft, FILE_MODE, replaces=path), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
