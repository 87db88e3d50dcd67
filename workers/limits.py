"""The time limits of pool processes, after the worker itself could not listen to them.

While a worker looks for its broker it hears nothing of its pool. Of a limit that ended meanwhile it knows before it has
read that the work was done long ago, and Celery would interrupt a process for it that does nothing, or other work.
"""

import select
from collections.abc import Callable
from typing import Any

from celery import bootsteps

# What was said meanwhile is read in the turns of the loop that lie between.
AGAIN_SECONDS = 0.5

Interrupt = Callable[[Any], None]


class Limits(bootsteps.StartStopStep):  # type: ignore[misc]
    """Makes a limit wait until everything is read that the pool has said."""

    requires = ("celery.worker.components:Pool",)

    def start(self, worker: Any) -> None:
        """Stand between the limit and the process; a pool of threads has neither."""
        pool = getattr(worker.pool, "_pool", None)
        if pool is not None and hasattr(pool, "_fileno_to_outq"):
            pool.on_soft_timeout = patient(pool.on_soft_timeout, pool, worker.hub)


def patient(interrupt: Interrupt, pool: Any, hub: Any) -> Interrupt:
    """Return what interrupts a process whose work is not done, once nothing is left to read."""

    def look(work: Any) -> None:
        if work._job not in pool._cache:
            return
        if _unread(pool):
            hub.call_later(AGAIN_SECONDS, look, work)
        else:
            interrupt(work)

    return look


def _unread(pool: Any) -> bool:
    """Tell whether any process said something that is not read."""
    looking = select.poll()
    for end in pool._fileno_to_outq:
        looking.register(end, select.POLLIN)
    return any(event & select.POLLIN for _, event in looking.poll(0))
