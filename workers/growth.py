"""How a worker with many queues grows and shrinks between its least and its most processes.

Celery's own autoscaler grows for a message that would be done in a moment, and never shrinks while messages keep
coming, as sweeps do; and it may end a process that has just been given a task, because it does not know that yet.
"""

from typing import Any

from celery.worker import state
from celery.worker.autoscale import Autoscaler as CeleryAutoscaler

from core import queues

# How long a message waits for a process that is about to become free before another one is started.
PATIENCE_SECONDS, URGENT_PATIENCE_SECONDS = 1.0, 0.1
# How long a process stays that nothing waited for: starting one takes little beside it; what is urgent may not wait.
KEEP_SECONDS, URGENT_KEEP_SECONDS = 10.0, 30.0


class Autoscaler(CeleryAutoscaler):  # type: ignore[misc]
    """Grows for a message that has waited, shrinks while none waits."""

    def __init__(self, *args: Any, worker: Any, **options: Any) -> None:
        carried = set(worker.app.amqp.queues.consume_from)
        urgent = any(queue.urgent for queue in queues.queues() if queue.name in carried)
        keep = URGENT_KEEP_SECONDS if urgent else KEEP_SECONDS
        super().__init__(*args, worker=worker, **options, keepalive=keep)
        self._patience = URGENT_PATIENCE_SECONDS if urgent else PATIENCE_SECONDS

    def maybe_scale(self, req: Any = None) -> None:
        """Look whether there are too many processes, or, after some patience with a message, too few."""
        if req is None:
            super().maybe_scale()
        elif self.qty > self.processes:
            self.worker.hub.call_later(self._patience, self._grow_for, req)

    def _grow_for(self, req: Any) -> None:
        if req in _waiting():
            super().maybe_scale()

    def scale_down(self, n: int) -> Any:
        """End processes only while none may have been given a task that it has not confirmed yet."""
        return None if _waiting() else super().scale_down(n)


def _waiting() -> set[Any]:
    """Return the messages that no process has begun to work on."""
    return set(state.reserved_requests) - set(state.active_requests)
