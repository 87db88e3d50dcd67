"""Locks on open files, on every system; the kernel lets go of one when the process that holds it ends."""

import sys
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt

    # A locked byte can be read by nobody else there, so it is one that no file of ours has.
    _PLACE = 0x7FFF_FFF0

    def wait_for_lock(file: IO[Any]) -> None:
        """Lock a file once nobody else has it locked."""
        # the system's own wait ends after ten tries
        while not lock(file, msvcrt.LK_LOCK):
            pass

    def lock(file: IO[Any], way: int = msvcrt.LK_NBLCK) -> bool:
        """Lock a file; tell whether nobody else has it locked."""
        file.seek(_PLACE)
        try:
            msvcrt.locking(file.fileno(), way, 1)
        except OSError:
            return False
        return True

    def is_locked(file: IO[Any]) -> bool:
        """Tell whether somebody has a file locked."""
        if not lock(file):
            return True
        file.seek(_PLACE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        return False

else:
    import fcntl

    def wait_for_lock(file: IO[Any]) -> None:
        """Lock a file once nobody else has it locked."""
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)

    def lock(file: IO[Any]) -> bool:
        """Lock a file; tell whether nobody else has it locked."""
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_locked(file: IO[Any]) -> bool:
        """Tell whether somebody has a file locked; those who ask at once do not see each other."""
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)
        return False
