"""How a worker takes messages from RabbitMQ: from each of its queues one ahead of those that it works on."""

import time
from typing import Any, ClassVar

from amqp.exceptions import AMQPError, InternalError
from celery.worker.consumer import Consumer as CeleryConsumer

from workers import amqp_queues

# Of quorum queues each consumer has its own count, and there is one for each queue. What waits here waits behind the
# work of this worker, while another may be free; and RabbitMQ gives up on what was not accepted within half an hour.
AHEAD = 1
# What RabbitMQ refuses, it refuses again at once: a queue of another type, until somebody removes it.
PAUSE_SECONDS = 1.0
DELAYED = "celery.worker.consumer.delayed_delivery:DelayedDelivery"


class Consumer(CeleryConsumer):  # type: ignore[misc]
    """Celery's, with a fixed count and without its 28 queues for messages with a delay, of which we send none."""

    class Blueprint(CeleryConsumer.Blueprint):  # type: ignore[misc]
        """The steps of Celery's but one."""

        default_steps: ClassVar[list[str]] = [
            step for step in CeleryConsumer.Blueprint.default_steps if step != DELAYED
        ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "initial_prefetch_count": AHEAD})

    def _update_prefetch_count(self, index: int = 0) -> int:
        """Leave the count alone: a pool that grows takes more by itself."""
        return 0

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Let go of the connection; the next one has its time, and the queues that RabbitMQ has lost are made anew."""
        super().on_connection_error_after_connected(exc)
        if isinstance(exc, InternalError):
            amqp_queues.remove_lost(self.app, list(self.app.amqp.queues.consume_from))
        if isinstance(exc, AMQPError):
            time.sleep(PAUSE_SECONDS)
