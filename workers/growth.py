"""How a worker with many queues grows and shrinks between its least and its most processes.

Celery's own autoscaler grows for a message that would be done in a moment, and never shrinks while messages keep
coming, as sweeps do; and it may end a process that has just been given a task, because it does not know that yet.
"""

from typing import Any

from celery.worker import state
from celery.worker.autoscale import Autoscaler as CeleryAutoscaler

from core import queues

# How long work that is not urgent waits for a process that is about to become free.
PATIENCE_SECONDS = 0.5


class Autoscaler(CeleryAutoscaler):  # type: ignore[misc]
    """Grows for work that has waited, shrinks while there is none at all."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        carried = set(self.worker.app.amqp.queues.consume_from)
        urgent = any(queue.urgent for queue in queues.queues() if queue.name in carried)
        self._patience = 0.0 if urgent else PATIENCE_SECONDS

    def maybe_scale(self, req: Any = None) -> None:
        """Look whether there are too few processes, after some patience, or too many."""
        if req is not None and self._patience and self.qty > self.processes:
            self.worker.hub.call_later(self._patience, self.maybe_scale)
        else:
            super().maybe_scale()

    def scale_down(self, n: int) -> Any:
        """End processes only when no task is under way or on its way to one."""
        return None if state.reserved_requests else super().scale_down(n)
