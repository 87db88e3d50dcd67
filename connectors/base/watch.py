"""Who cuts calls whose time is up: one thread for all calls of a session, started with the first of them."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Act = Callable[[], object]


class Watch:
    """`with watch.until(ends, cut): ...` calls `cut` if the block is still under way at that instant (monotonic)."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Act]] = []
        self._over: set[int] = set()
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def until(self, ends: float, act: Act) -> Iterator[None]:
        """Watch over a block; once it is left, `act` is not called any more."""
        number = self._begin(ends, act)
        try:
            yield
        finally:
            with self._changed:
                self._over.add(number)
                self._forget()

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._changed.notify()
        if thread is not None and thread.is_alive():
            thread.join()

    def _begin(self, ends: float, act: Act) -> int:
        with self._changed:
            # a process that was forked has the object and not its thread; the calls under way are its parent's
            fresh = self._thread is None or not self._thread.is_alive()
            if fresh:
                self._waiting, self._over = [], set()
            number = next(self._numbers)
            heapq.heappush(self._waiting, (ends, number, act))
            if fresh:
                self._thread = threading.Thread(target=self._watch, name="esteira-prazo", daemon=True)
                self._thread.start()
            elif self._waiting[0][1] == number:
                self._changed.notify()
            return number

    def _watch(self) -> None:
        with self._changed:
            while self._thread is threading.current_thread():
                self._forget()
                left = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                act = heapq.heappop(self._waiting)[2]
                with suppress(OSError):
                    act()

    def _forget(self) -> None:
        """Drop what is over from the front; what is over behind it waits for its turn."""
        while self._waiting and self._waiting[0][1] in self._over:
            self._over.discard(heapq.heappop(self._waiting)[1])
