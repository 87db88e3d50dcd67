"""Whose a file is that root makes: in the folder of another account it is that account's, as a service that runs in it
could not open it otherwise.

Only what was made anew is given away, by its open descriptor: in a folder of somebody else any name may lead elsewhere.
"""

import os
import sys
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import IO

ROOT = 0
Account = tuple[int, int]


def create(path: Path, mode: int = 0o666, replaces: Path | None = None) -> int:
    """Make a file that is not there yet and return it open; it is of whoever has what it replaces, else its folder.

    Raises:
        OSError: it is there, or cannot be made.
    """
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    _give(file, _account(*([replaces] if replaces else []), path.parent))
    return file


def open_lock(path: Path) -> IO[str]:
    """Open the file of a lock, which is made where it is missing; raise `OSError` where that cannot be done."""
    with suppress(FileExistsError):
        os.close(create(path))
    return path.open("a+")


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder, and those that it is in, where they are missing; raise `OSError` where that cannot be done."""
    missing = list(takewhile(lambda one: not one.exists(), (folder, *folder.parents)))
    folder.mkdir(parents=True, exist_ok=True, mode=mode)
    account = _account(missing[-1].parent) if missing else None
    if account is not None:
        # the innermost first: what is in a folder of his own its owner may replace
        for one in missing:
            _give_folder(one, account)


def _account(*like: Path) -> Account | None:
    """Return whose the first of these is that is not root's; none where we are not root, who alone gives away."""
    if sys.platform == "win32" or os.geteuid() != ROOT:
        return None
    for path in like:
        with suppress(OSError):
            found = os.stat(path)
            if found.st_uid != ROOT:
                return found.st_uid, found.st_gid
    return None


def _give(file: int, account: Account | None) -> None:
    if account is not None:
        # a disk of the network, or a container, may not let even root
        with suppress(OSError):
            os.fchown(file, *account)


def _give_folder(folder: Path, account: Account) -> None:
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _give(opened, account)
        finally:
            os.close(opened)
