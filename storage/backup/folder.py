"""The names of backups in a folder, and which of them may go."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from core.errors import PlatformError
from core.logs import get_logger
from core.text import os_fault
from storage.backup import archive

STAMP = "%Y%m%dT%H%M%SZ"
PREFIX, SUFFIX = "esteira-", ".zip"
_NAME = re.compile(r"esteira-(\d{8}T\d{6}Z)(?:-(\d+))?(-antes-da-\d{4})?\.zip")
log = get_logger(__name__)


def new_name(folder: Path, now: datetime, why: str = "") -> Path:
    """Return a name that says when it was made and that nobody has."""
    stem = f"{PREFIX}{now:{STAMP}}"
    names = (folder / f"{stem}{more}{why}{SUFFIX}" for more in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(name for name in names if not name.exists())


def rotate(folder: Path, origin: str, keep: int, newest: Path) -> Sequence[Path]:
    """Remove the oldest backups of one database beyond so many; return which went.

    Only files with our names go, and of those only backups of this database: others may share the folder. What cannot
    be read is nobody's, and stays; what cannot be removed stays too, and the log says so.
    """
    others = ((_made(path.name), path) for path in folder.iterdir() if path != newest)
    mine = sorted((made, path) for made, path in others if made and _is_of(path, origin, newest))
    return [path for _, path in mine[: max(0, len(mine) + 1 - keep)] if removed(path)]


def removed(path: Path) -> bool:
    """Remove an old backup; tell whether it is gone. One that is not stays: the new one is made all the same."""
    try:
        path.unlink(missing_ok=True)
    except OSError as fault:
        log.warning("an old backup could not be removed", file=str(path), reason=os_fault(fault))
        return False
    return True


def _made(name: str) -> tuple[str, int] | None:
    """Return when a backup of such a name was made: its second, and which one of that second; none of another name."""
    found = _NAME.fullmatch(name)
    return (found[1], int(found[2] or 1)) if found else None


def _is_of(path: Path, origin: str, newest: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    if ("-antes-da-" in path.name) != ("-antes-da-" in newest.name):
        return False
    try:
        with archive.opened(path) as found:
            return found.manifest.origem == origin
    except PlatformError:
        return False
