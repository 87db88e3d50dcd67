"""A queue that RabbitMQ has not lost keeps what waits in it; what becomes of a lost one is shown by a real worker."""

from support.ports import wait_until

from core import messages
from core.celery_app import app
from core.queue_lengths import lengths
from workers import amqp_queues


def test_only_a_queue_that_is_lost_is_removed(rabbit_broker: str) -> None:
    messages.send("questor.enviar_bloco", [0])
    assert amqp_queues.remove_lost(app, ["questor", "nao-ha"]) == []
    # what was looked at goes back when RabbitMQ notes the end of the connection
    wait_until(lambda: (lengths() or {}).get("questor") == 1)
