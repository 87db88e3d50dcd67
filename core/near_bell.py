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
# A listener looks so often whether somebody took its place and left it.
LOOK_SECONDS = 1.0
_mouth: tuple[int, socket.socket] | None = None


@lru_cache(8)
def _path(folder: Path, name: str) -> str | None:
    if not hasattr(socket, "AF_UNIX"):
        return None
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

    A second listener takes the first one's place; that one is still heard through the broker, and has its place again
    soon after the second is gone.
    """
    path = _here(name)
    ear = None if path is None else _Ear(path, heard)
    if ear is None or not ear.open():
        yield False
        return
    try:
        yield True
    finally:
        ear.close()


class _Ear:
    """A socket at an address, on the loop that runs."""

    def __init__(self, path: str, heard: Callable[[str], object]) -> None:
        self._path, self._heard = path, heard
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._mine = 0

    def open(self) -> bool:
        """Take the place; tell whether there is such a thing on this system."""
        self._socket = _bound(self._path)
        if self._socket is None:
            return False
        self._mine = os.stat(self._path).st_ino
        self._loop.add_reader(self._socket, _hear, self._socket, self._heard)
        self._alarm = self._loop.call_later(LOOK_SECONDS, self._look)
        return True

    def close(self) -> None:
        """Leave the place, unless another has it."""
        if self._alarm is not None:
            self._alarm.cancel()
        if self._socket is None:
            return
        self._loop.remove_reader(self._socket)
        with contextlib.suppress(OSError):
            if os.stat(self._path).st_ino == self._mine:
                os.unlink(self._path)
        self._socket.close()
        self._socket = None

    def _look(self) -> None:
        """Take the place again that another took and left."""
        if os.path.exists(self._path):
            self._alarm = self._loop.call_later(LOOK_SECONDS, self._look)
        else:
            self.close()
            self.open()


def _bound(path: str) -> socket.socket | None:
    """Return a socket at this address that only this user reaches; none where it cannot be."""
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
