"""One event loop per process, on a thread of its own and open between calls.

So connections are reused, and work that only waits for an answer may go on behind the caller.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from typing import Any, Generic, TypeVar

from core.logs import get_logger

T = TypeVar("T")

CANCEL_SECONDS = 5.0
log = get_logger(__name__)


class _Call(Generic[T]):
    """The work of one caller, who may be interrupted at any moment, also before the loop has heard of it."""

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self.ended = threading.Event()
        self._work = work
        self._task: asyncio.Task[Any] | None = None
        self._gone = False

    async def run(self) -> T:
        """Do the work; `ended` is set when it has run to its end, also when it was cancelled."""
        self._task = asyncio.current_task()
        try:
            if self._gone:
                self._work.close()
                raise asyncio.CancelledError
            return await self._work
        finally:
            self.ended.set()

    def abandon(self) -> None:
        """Cancel it, from within the loop."""
        self._gone = True
        if self._task is not None:
            self._task.cancel()
        else:
            # A call that was submitted begins before this comes.
            asyncio.get_running_loop().call_soon(self._close_unheard)

    def _close_unheard(self) -> None:
        if self._task is None:
            self._work.close()
            self.ended.set()


class _Thread:
    """The loop of this process and what goes on in it behind its callers."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.behind: set[Future[Any]] = set()
        self._thread = threading.Thread(target=self.loop.run_forever, name="esteira-loop", daemon=True)
        self._thread.start()

    def submit(self, call: _Call[T]) -> "Future[T]":
        """Start a call."""
        return asyncio.run_coroutine_threadsafe(call.run(), self.loop)

    def lend(self, future: "Future[Any]") -> None:
        """Let a coroutine go on without its caller; its faults are logged."""
        self.behind.add(future)
        future.add_done_callback(self._ended_behind)

    def _ended_behind(self, future: "Future[Any]") -> None:
        self.behind.discard(future)
        if not future.cancelled() and (fault := future.exception()):
            log.error("work behind a task failed", fault=type(fault).__name__, reason=str(fault))

    def close(self) -> None:
        """Cancel what still runs and end the loop."""
        asyncio.run_coroutine_threadsafe(_cancel_all(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


_thread: _Thread | None = None
_starting = threading.Lock()


def _current() -> _Thread:
    """Return this process's loop; after a fork there is none yet."""
    global _thread
    with _starting:
        if _thread is None or _thread.pid != os.getpid():
            _thread = _Thread()
        return _thread


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end; if the caller is interrupted, cancel it and wait until it has cleaned up."""
    return _waited(work).result()


def begin(work: Coroutine[Any, Any, T]) -> "Future[T]":
    """Start a coroutine that goes on behind the caller; `finish` waits for it, and its faults are logged."""
    thread = _current()
    future = thread.submit(_Call(work))
    thread.lend(future)
    return future


def _waited(work: Coroutine[Any, Any, T]) -> "Future[T]":
    thread, call = _current(), _Call(work)
    try:
        future = thread.submit(call)
        wait([future])
    except BaseException:
        thread.loop.call_soon_threadsafe(call.abandon)
        call.ended.wait(CANCEL_SECONDS)
        raise
    return future


def finish(seconds: float) -> None:
    """Wait that long for what goes on behind its callers."""
    if _thread is not None and _thread.pid == os.getpid():
        wait(list(_thread.behind), seconds)


def close() -> None:
    """End the loop, and what still runs in it; the next `run` starts another."""
    global _thread
    if _thread is not None and _thread.pid == os.getpid():
        _thread.close()
    _thread = None


async def _cancel_all() -> None:
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    loop = asyncio.get_running_loop()
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
