"""Faults asked for beforehand: the next calls of a kind fail in the way that was asked for."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from sandbox.oracle.errors import Dropped, OracleError

# A call of the driver, or the moment between its work and its answer.
PLACES = frozenset(
    ["execute", "reexecute", "fetch", "commit", "rollback", "ping", "logoff", "commit:after", "dml:after"]
)
DROP = "drop"
What = str | tuple[int, str] | Callable[[Any], object]


class Faults:
    """The faults to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, What]] = deque()
        self._lock = threading.Lock()

    def fail_next(self, place: str, what: What, times: int = 1) -> None:
        """Let the next calls of a kind fail.

        `place` is one of PLACES; `:after` means that the work is done and the answer is lost. `what` is "drop" (the
        connection closes), a pair (ORA number, text), or a function that is given the session.
        """
        if place not in PLACES:
            raise ValueError(f"no such call: {place}")
        with self._lock:
            self._waiting.extend([(place, what)] * times)

    @property
    def left(self) -> int:
        """How many have not happened yet."""
        return len(self._waiting)

    def meet(self, place: str, session: object) -> None:
        """Fail here if that was asked for."""
        what = self._take(place)
        if what is None:
            return
        if what == DROP:
            raise Dropped
        if callable(what):
            what(session)
        elif isinstance(what, tuple):
            raise OracleError(*what)

    def _take(self, place: str) -> What | None:
        with self._lock:
            for number, (wanted, what) in enumerate(self._waiting):
                if wanted == place:
                    del self._waiting[number]
                    return what
        return None
