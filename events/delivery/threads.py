"""Threads for calls that block and that nobody can end: those of one owner are bounded, so that what it waits for holds
up nobody else. For the event loop of a process alone.
"""

import asyncio
from asyncio import Future, Semaphore
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")


class NoTurn(Exception):
    """Nothing was begun: its owner had no thread free in time."""


class Threads:
    """At most so many calls at once, `share` of them for each owner.

    Each has a thread that no pool keeps: the end of the process does not wait for one that is stuck.
    """

    def __init__(self, name: str, most: int, share: int) -> None:
        self._name, self._share, self._free = name, share, Semaphore(most)
        # one is there while somebody has a turn or waits for it
        self._shares: WeakValueDictionary[Hashable, Semaphore] = WeakValueDictionary()

    async def begin(self, owner: Hashable, seconds: float, work: Callable[[], T]) -> Future[T]:
        """Begin a call once it is its owner's turn; return its end. The call goes on, whoever waits for it.

        Raises:
            NoTurn: its turn did not come within so many seconds.
        """
        share = self._shares.setdefault(owner, Semaphore(self._share))
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await self._turn(share)
        except TimeoutError:
            raise NoTurn from None
        loop = asyncio.get_running_loop()
        ended: Future[T] = loop.create_future()
        ended.add_done_callback(partial(self._ended, share))
        Thread(target=_run, args=(loop, ended, work), name=self._name, daemon=True).start()
        return ended

    async def _turn(self, share: Semaphore) -> None:
        await share.acquire()
        try:
            await self._free.acquire()
        except BaseException:
            share.release()
            raise

    def _ended(self, share: Semaphore, ended: Future[T]) -> None:
        share.release()
        self._free.release()
        # whoever waited may be gone
        ended.exception()


def _run(loop: asyncio.AbstractEventLoop, ended: Future[T], work: Callable[[], T]) -> None:
    settle: Callable[[], object]
    try:
        settle = partial(ended.set_result, work())
    except BaseException as fault:  # noqa: BLE001 - it is raised where the end is waited for
        settle = partial(ended.set_exception, fault)
    # with its loop they are gone who waited
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(settle)
