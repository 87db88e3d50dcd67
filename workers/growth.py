"""How a worker with many queues grows and shrinks between its least and its most processes.

It grows for a message that has waited, by a process, then two, then four, for most often one is enough for all that
waits. One stays free for what comes next beside those that long work occupies; what nothing needed for a while ends.

Celery's own autoscaler starts a process for every message that would be done in a moment, never shrinks while messages
keep coming, as sweeps do, and may end a process that has just been given a task, because it does not know that yet.
"""

from time import monotonic, time
from typing import Any

from celery.worker import state
from celery.worker.autoscale import Autoscaler as CeleryAutoscaler

from core import queues

# How long a message waits for a process that is about to become free before another one is started.
PATIENCE_SECONDS, URGENT_PATIENCE_SECONDS = 1.0, 0.1
# How long a process that was started has to show whether it was enough; on a busy machine its start takes longer.
PAUSE_SECONDS, STARTING_SECONDS = 0.25, 2.0
# From one look to the next: starting a process takes little beside it; what is urgent may not wait.
KEEP_SECONDS, URGENT_KEEP_SECONDS = 10.0, 30.0


class Autoscaler(CeleryAutoscaler):  # type: ignore[misc]
    """Grows for a message that has waited, shrinks to what is needed."""

    def __init__(self, *args: Any, worker: Any, **options: Any) -> None:
        carried = set(worker.app.amqp.queues.consume_from)
        urgent = any(queue.urgent for queue in queues.queues() if queue.name in carried)
        keep = URGENT_KEEP_SECONDS if urgent else KEEP_SECONDS
        super().__init__(*args, worker=worker, **options, keepalive=keep)
        self._patience = URGENT_PATIENCE_SECONDS if urgent else PATIENCE_SECONDS
        self._pause = min(PAUSE_SECONDS, self._patience)
        self._grown, self._step = 0.0, 1
        self._needed = 0

    def maybe_scale(self, req: Any = None) -> None:
        """Look whether there are too many processes, or, after some patience with a message, too few."""
        self._needed = max(self._needed, self.min_concurrency, _occupied(self._patience) + 1)
        if req is None:
            self._end_surplus()
        elif self.qty > self.processes:
            self.worker.hub.call_later(self._patience, self._start_for, req)

    def _start_for(self, req: Any) -> None:
        """Start processes for a message that still waits, unless those before may be enough."""
        waiting = _waiting()
        if req not in waiting:
            return
        ago = monotonic() - self._grown
        if ago < (STARTING_SECONDS if self._starting() else self._pause):
            self.worker.hub.call_later(self._pause, self._start_for, req)
            return
        self._step = self._step * 2 if ago < 2 * STARTING_SECONDS else 1
        self._start(min(self._step, len(waiting), self.max_concurrency - self.processes))

    def _start(self, more: int) -> None:
        if more > 0:
            self._grow(more)
            self._grown, self._needed = monotonic(), self.processes
            self.pool.maintain_pool()

    def _starting(self) -> bool:
        """Tell whether a process has not said yet that it is there."""
        return bool(self.pool._pool._waiting_to_start)

    def _end_surplus(self) -> None:
        """End what nothing needed since the last look; none that may have been given a task just now."""
        surplus, self._needed = self.processes - max(self._needed, self.qty), 0
        if surplus > 0 and not self._ending() and not _waiting():
            self._shrink(surplus)

    def _ending(self) -> bool:
        """Tell whether one that was told to end is still there: it would be told once more, in place of another."""
        return bool(len(self.pool._pool._pool) > self.processes)


def _waiting() -> set[Any]:
    """Return the messages that no process has begun to work on."""
    return set(state.reserved_requests) - set(state.active_requests)


def _occupied(seconds: float) -> int:
    """Return how many processes have been at work on one message for longer than this."""
    since = time() - seconds
    return sum((req.time_start or since) < since for req in set(state.active_requests))
