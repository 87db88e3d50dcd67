"""One event loop per process, kept open between calls, so that connections are reused."""

import asyncio
import os
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_runner: tuple[int, asyncio.Runner] | None = None


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on this process's own loop (a new one after a fork)."""
    global _runner
    if _runner is None or _runner[0] != os.getpid():
        _runner = (os.getpid(), asyncio.Runner())
    return _runner[1].run(work)


def close() -> None:
    """End the loop; the next `run` starts another."""
    global _runner
    if _runner is not None and _runner[0] == os.getpid():
        _runner[1].close()
    _runner = None
