"""A thread beside the event loop that does one thing after the other and tells the loop of each end.

An executor of the standard library tells of an end through two futures and three rounds of the loop.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Told = Callable[[Any, BaseException | None], object]


class Aside:
    """It begins with the first call. It keeps no process from ending: whoever uses it closes it."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self._name, self._loop = name, loop
        self._asked: SimpleQueue[tuple[Told, Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def call(self, told: Told, work: Callable[..., Any], *arguments: Any) -> None:
        """Do something there; `told` is called on the loop with the result, or with the fault."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"{self._name}_0", daemon=True)
            self._thread.start()
        self._asked.put((told, work, arguments))

    def wait_for(self, work: Callable[..., T], *arguments: Any) -> "asyncio.Future[T]":
        """Do something there; the future is its end."""
        future: asyncio.Future[T] = self._loop.create_future()

        def told(result: Any, fault: BaseException | None) -> None:
            if future.done():
                return
            if fault is None:
                future.set_result(result)
            else:
                future.set_exception(fault)

        self.call(told, work, *arguments)
        return future

    def close(self) -> None:
        """Let the thread end once it has done what it was asked."""
        self._asked.put(None)

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            told, work, arguments = asked
            result, fault = None, None
            try:
                result = work(*arguments)
            except BaseException as raised:  # noqa: BLE001 - it is told
                fault = raised
            with contextlib.suppress(RuntimeError):
                # a loop that is closed hears nothing any more
                self._loop.call_soon_threadsafe(told, result, fault)
            del asked, told, work, arguments, result, fault
