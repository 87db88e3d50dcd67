"""The bell between processes of one machine: a datagram to a socket in the data folder, far cheaper than the broker's.

The kernel says at once whether anybody listens. Whoever is not heard here is still heard through the broker.
"""

import asyncio
import atexit
import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from core.settings.core import CoreSettings

# What an address of such a socket may be long, and what one ring may say.
LONGEST_PATH, MOST_BYTES = 100, 65_536
_mouth: tuple[int, socket.socket] | None = None


@lru_cache(8)
def _path(folder: Path, name: str) -> str | None:
    path = str(folder.resolve() / f"{name}.sino")
    return path if len(os.fsencode(path)) <= LONGEST_PATH else None


def _here(name: str) -> str | None:
    return _path(CoreSettings.current().data_dir, name)


def _socket() -> socket.socket:
    """Return this process's own for ringing; it waits for nobody."""
    global _mouth
    if _mouth is None or _mouth[0] != os.getpid():
        if _mouth is not None:
            _mouth[1].close()
        made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        made.setblocking(False)
        atexit.register(made.close)
        _mouth = (os.getpid(), made)
    return _mouth[1]


def ring(name: str, text: str) -> bool:
    """Ring; tell whether somebody on this machine listens, and has room for one more."""
    path = _here(name)
    if path is None:
        return False
    try:
        _socket().sendto(text.encode(), path)
    except OSError:
        return False
    return True


def listens(name: str) -> bool:
    """Tell whether somebody on this machine listens."""
    path = _here(name)
    if path is None:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(path)
        except OSError:
            return False
    return True


@contextlib.contextmanager
def listening(name: str, heard: Callable[[str], object]) -> Iterator[bool]:
    """Call `heard` with each text on the loop that runs, until the end of the block; yield whether it can be.

    A second listener takes the first one's place; that one is still heard through the broker.
    """
    path, loop = _here(name), asyncio.get_running_loop()
    ear = None if path is None else _ear(path)
    if path is None or ear is None:
        yield False
        return
    mine = os.stat(path).st_ino
    loop.add_reader(ear, lambda: _hear(ear, heard))
    try:
        yield True
    finally:
        loop.remove_reader(ear)
        with contextlib.suppress(OSError):
            if os.stat(path).st_ino == mine:
                os.unlink(path)
        ear.close()


def _ear(path: str) -> socket.socket | None:
    """Return a socket at this address that only this user reaches; none where the system has no such thing."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        made.bind(path)
        os.chmod(path, 0o600)
    except OSError:
        made.close()
        return None
    return made


def _hear(ear: socket.socket, heard: Callable[[str], object]) -> None:
    with contextlib.suppress(BlockingIOError):
        heard(ear.recv(MOST_BYTES).decode())
