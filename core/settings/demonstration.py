"""The settings of a demonstration: while one runs in a data folder, they stand above the environment and the file.

It writes them down in a folder of its own and holds a lock there as long as it lives. So every command typed in the
same folder sees what it sees, and a killed demonstration leaves no lock behind.
"""

import json
from pathlib import Path
from typing import Any

from core import file_lock

FOLDER, LOCK_FILE, SETTINGS_FILE = "demonstracao", "viva.lock", "ajustes.json"


def running_in(data_dir: Path) -> dict[str, Any]:
    """Return the tables of the demonstration that runs in a data folder; none when none does."""
    folder = data_dir / FOLDER
    if not lives_in(folder):
        return {}
    try:
        tables: dict[str, Any] = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return tables


def lives_in(folder: Path) -> bool:
    """Tell whether this is the folder of a demonstration that runs; its lock is not taken."""
    try:
        with (folder / LOCK_FILE).open("rb") as file:
            return file_lock.is_locked(file)
    except OSError:
        return False
