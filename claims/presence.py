"""Which containers of this machine live: each holds a lock on a file of its own in a folder that all of them share.

The kernel lets go of the lock when the last process of a container has ended, however it ended, so a lock that can be
had is the proof that nobody in there works any more. The file says which start of which kernel its lock is of: of
another one nothing can be told.
"""

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from core.logs import get_logger
from core.settings.container import ContainerSettings

BOOT = Path("/proc/sys/kernel/random/boot_id")
# No lease lasts so long: nobody asks any more for a container that has been gone since.
FORGOTTEN_AFTER_SECONDS = 86_400
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,240}@[0-9a-f]{0,8}")
# What such a file says: of which start of which kernel it is.
START = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n")
log = get_logger(__name__)
# By folder and name: it goes through a fork, and is held until all of its processes have ended.
_held: dict[tuple[Path, str], int] = {}


def hold(name: str) -> None:
    """Hold the lock of this container, until its end; without a folder for it, nothing."""
    folder = ContainerSettings.current().presence_dir
    if folder is None or (folder, name) in _held:
        return
    try:
        _held[folder, name] = _locked(folder / name)
    except OSError as fault:
        # What it has in hand then waits for the end of its lease.
        log.warning("cannot show that this container lives", fault=type(fault).__name__, folder=str(folder))
        return
    _forget(folder)


def gone(name: str) -> bool:
    """Tell whether a container of this machine has ended for certain."""
    folder = ContainerSettings.current().presence_dir
    if folder is None or not NAME.fullmatch(name):
        return False
    try:
        with _opened(folder / name) as file:
            return _said(file) == _boot() and _free(file.fileno())
    except OSError:
        return False


def ended() -> list[str]:
    """Return the containers of this machine that have ended for certain, and not long ago."""
    folder = ContainerSettings.current().presence_dir
    if folder is None:
        return []
    try:
        return sorted(name for name in os.listdir(folder) if gone(name))
    except OSError:
        return []


def _boot() -> bytes:
    return BOOT.read_bytes()


def _opened(path: Path) -> BinaryIO:
    """Open what may be anything: a pipe of that name would be waited for, a link leads elsewhere."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW), "rb")


def _said(file: BinaryIO) -> bytes:
    """Return what the file says, and of one that is not ours enough to see that."""
    return file.read(64) or b""


def _locked(path: Path) -> int:
    """Return the open file with its lock, which is there as long as the file is open."""
    # where there are no containers this is loaded too
    import fcntl

    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        fcntl.flock(file, fcntl.LOCK_SH)
        with suppress(FileNotFoundError):
            # Another one may have cleared the file away between the two.
            if os.stat(path).st_ino == os.fstat(file).st_ino:
                os.ftruncate(file, 0)
                os.pwrite(file, _boot(), 0)
                return file
        os.close(file)


def _free(file: int) -> bool:
    """Tell whether nobody holds a file's lock; it is had for that moment."""
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _forget(folder: Path) -> None:
    """Clear away the files of containers that have been gone for long; what else is in the folder stays."""
    for path in folder.iterdir():
        with suppress(OSError), _opened(path) as file:
            long_ago = time.time() - os.fstat(file.fileno()).st_mtime > FORGOTTEN_AFTER_SECONDS
            if long_ago and START.fullmatch(_said(file)) and _free(file.fileno()):
                path.unlink()
