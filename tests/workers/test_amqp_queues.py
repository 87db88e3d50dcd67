"""A queue that RabbitMQ has not lost keeps what waits in it; what becomes of a lost one is shown by a real worker."""

import pytest
from conftest import Configure
from support.ports import free_port, wait_until
from support.rabbitmq import RabbitServer

from core import celery_app, messages
from core.broker_link import QUEUE_ARGUMENTS
from core.celery_app import app
from core.queue_lengths import lengths
from workers import amqp_queues


def test_only_a_queue_that_is_lost_is_removed(rabbit_broker: str) -> None:
    messages.send("questor.enviar_bloco", [0])
    assert amqp_queues.remove_lost(app, ["questor", "nao-ha"]) == []
    # what was looked at goes back when RabbitMQ notes the end of the connection
    wait_until(lambda: (lengths() or {}).get("questor") == 1)


def address_of(*ports: int) -> str:
    where = ",".join(f"127.0.0.1:{port}" for port in ports)
    return f"amqp://guest:guest@{where}/%2F"  # pragma: allowlist secret


@pytest.mark.slow
def test_what_cannot_be_read_while_most_nodes_are_away_is_not_lost(
    rabbit_broker: str, rabbit: RabbitServer, configure: Configure
) -> None:
    """With 541 RabbitMQ answers either way, after a minute."""
    with rabbit.connected() as connection:
        connection.channel().queue_declare("questor", durable=True, auto_delete=False, arguments=QUEUE_ARGUMENTS)
    rabbit.kill()
    rabbit.lose("questor")
    rabbit.start()
    there, away = rabbit.port, (free_port(), free_port())
    told = {(there,): True, (there, there, away[0]): True, (there, away[0]): False, (there, *away): False}
    for ports, most in told.items():
        configure(core__broker_url=address_of(*ports))
        assert amqp_queues.most_answer() is most, ports
    celery_app.refresh()
    assert amqp_queues.remove_lost(app, ["questor"]) == []
    with rabbit.connected() as connection:
        connection.channel().queue_declare("questor", passive=True)
