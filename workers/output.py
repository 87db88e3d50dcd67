"""A writer that never holds up the supervisor: when the reader of our output stalls, lines are dropped and counted."""

import errno
import os
import queue
import sys
import threading
from collections.abc import Callable

from core.text import plural

ROOM = 10_000
CLOSING_SECONDS = 0.5


def to_stdout(line: str) -> None:
    """Write a line at once, past Python's buffer: its lock would hold up the end of a process whose reader stalls."""
    rest = (line + "\n").encode("utf-8", "replace")
    while rest:
        rest = rest[os.write(sys.stdout.fileno(), rest) :]


class Output:
    """Hands lines to `sink` in a thread of its own; `with Output() as output: output("linha")`."""

    def __init__(self, sink: Callable[[str], None] = to_stdout) -> None:
        self._sink = sink
        self._waiting: queue.Queue[str | None] = queue.Queue(ROOM)
        self._dropped = self._lost = 0
        self._thread = threading.Thread(target=self._run, name="saida", daemon=True)

    def __call__(self, line: str) -> None:
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def __enter__(self) -> "Output":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._waiting.put(None, timeout=CLOSING_SECONDS)
        except queue.Full:
            return
        self._thread.join(CLOSING_SECONDS)

    def _run(self) -> None:
        while (line := self._waiting.get()) is not None:
            dropped, self._dropped = self._dropped, 0
            self._lost += dropped
            if self._lost and self._put(
                f"({plural(self._lost, 'linha descartada', 'linhas descartadas')}: a saída estava parada)"
            ):
                self._lost = 0
            if not self._put(line):
                self._lost += 1

    def _put(self, line: str) -> bool:
        """Write a line; tell whether it is written, or will never be."""
        try:
            self._sink(line)
        except (OSError, ValueError, SystemExit) as fault:
            if isinstance(fault, OSError) and not (isinstance(fault, BrokenPipeError) or fault.errno == errno.EBADF):
                # a full disk, say: it may take the next
                return False
            # Nobody reads any more (rich says so by asking to exit); the work goes on without an audience.
            self._sink = _discard
        return True


def _discard(_line: str) -> None:
    pass
