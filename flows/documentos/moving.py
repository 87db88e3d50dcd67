"""Move a file into a folder and overwrite none there, also across file systems and when killed at any moment."""

import errno
import os
import shutil
from collections.abc import Iterator
from itertools import count

from core.disk import sync_folder

# What tells that a file is another one, or was written again.
Signature = tuple[int, int, int]
PARTIAL = b".esteira-parte-"


def signature(seen: os.stat_result) -> Signature:
    """Return what a file has that changes when it is written."""
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def move(path: bytes, folder: bytes, name: bytes, was: Signature) -> bytes | None:
    """Move a file; return where it is now, under its name with a number where that is taken.

    None: it is not the file any more that it was; whatever it is, it is there still.

    Raises:
        OSError: it cannot be moved; it is where it was.
    """
    os.makedirs(folder, exist_ok=True)
    if not _is(path, was):
        return None
    try:
        target = _renamed(path, folder, name)
    except OSError as fault:
        if fault.errno != errno.EXDEV:
            raise
        return _copied(path, folder, name, was)
    if _is(target, was):
        return target
    # written again in the moment between: it was not read
    _renamed(target, os.path.dirname(path), os.path.basename(path))
    return None


def _is(path: bytes, was: Signature) -> bool:
    try:
        return signature(os.stat(path, follow_symlinks=False)) == was
    except FileNotFoundError:
        return False


def _renamed(path: bytes, folder: bytes, name: bytes) -> bytes:
    """Rename over an empty file of our own, which holds the name: a name that is only looked for may be taken."""
    target = _free(folder, name)
    try:
        os.replace(path, target)
    except OSError:
        os.unlink(target)
        raise
    sync_folder(folder)
    return target


def _free(folder: bytes, name: bytes) -> bytes:
    for candidate in _names(name):
        target = os.path.join(folder, candidate)
        try:
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
        except FileExistsError:
            continue
        return target
    raise AssertionError


def _names(name: bytes) -> Iterator[bytes]:
    yield name
    stem, dot, ending = name.rpartition(b".")
    for number in count(2):
        yield b"%s (%d)%s%s" % (stem, number, dot, ending)


def _copied(path: bytes, folder: bytes, name: bytes, was: Signature) -> bytes | None:
    """Copy to another file system; the file is deleted here once the copy is on the disk there."""
    partial = os.path.join(folder, PARTIAL + name)
    with open(path, "rb") as source, open(partial, "wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    shutil.copystat(path, partial)
    if not _is(path, was):
        os.unlink(partial)
        return None
    target = _renamed(partial, folder, name)
    os.unlink(path)
    return target
