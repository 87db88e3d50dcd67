"""How workers are asked: Celery's control, with boxes that RabbitMQ can always make."""

from typing import Any
from uuid import uuid4

from celery.app.control import Control as CeleryControl
from kombu.pidbox import Mailbox


class Box(Mailbox):  # type: ignore[misc]
    """The box of a worker's questions, on RabbitMQ each connection's own, under a name that no other ever had.

    One that stays is on the node of a cluster where it was made: while that is away nobody can declare it, and the
    worker takes no work from the others. One of a fixed name and of one connection is refused (405) to a worker that
    begins anew while RabbitMQ still waits for the one that died.
    """

    def get_queue(self, hostname: str) -> Any:
        """Return the queue of a worker. On Redis, where a set keeps the names, its name is Celery's."""
        made = super().get_queue(hostname)
        if self.queue_exclusive:
            made.name = f"{made.name}.{uuid4().hex}"
        return made


class Control(CeleryControl):  # type: ignore[misc]
    """Celery's, with these boxes."""

    Mailbox = Box
