"""Move a file into a folder and overwrite none there, also across file systems and when killed at any moment."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from itertools import count

from core.disk import sync_folder

# What tells that a file is another one, or was written again.
Signature = tuple[int, int, int]
PARTIAL, HELD = b".esteira-parte-", b".esteira-movendo-"
# So much of a name stands behind these and the letters of a token: no file system takes more than 255 bytes.
LONGEST, TOKEN = 200, 16


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
    own, called = os.path.split(path)
    # who writes a file of this name from now on makes another one, which nobody has read
    held = os.path.join(own, HELD + secrets.token_hex(TOKEN // 2).encode() + called[-LONGEST:])
    os.replace(path, held)
    try:
        return _moved(held, folder, name, was) if _is(held, was) else None
    finally:
        _name_again(held, own, called)


def is_held(name: bytes) -> bool:
    """Tell whether a file has the name that one has while it is moved."""
    return name.startswith(HELD)


def give_back(path: bytes) -> None:
    """Give a file that was being moved when somebody ended the process its name again."""
    folder, name = os.path.split(path)
    _name_again(path, folder, name[len(HELD) + TOKEN :])


def _name_again(held: bytes, folder: bytes, name: bytes) -> None:
    if os.path.lexists(held):
        _renamed(held, folder, name)


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


def _moved(held: bytes, folder: bytes, name: bytes, was: Signature) -> bytes | None:
    try:
        target = _renamed(held, folder, name)
    except OSError as fault:
        if fault.errno != errno.EXDEV:
            raise
        return _copied(held, folder, name, was)
    sync_folder(folder)
    return target


def _copied(held: bytes, folder: bytes, name: bytes, was: Signature) -> bytes | None:
    """Copy to another file system; the file is deleted here once the copy is on the disk there."""
    partial = os.path.join(folder, PARTIAL + name[-LONGEST:])
    with open(held, "rb") as source, open(partial, "wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    shutil.copystat(held, partial)
    target = _renamed(partial, folder, name)
    sync_folder(folder)
    if not _is(held, was):
        # who had it open has written on
        os.unlink(target)
        return None
    os.unlink(held)
    return target
