"""The word that a worker sends to itself meets a broker that has gone: the consumer hears of it at once."""

from types import SimpleNamespace

import pytest
from support.rabbitmq import RabbitServer

from core.broker_faults import FAULTS
from core.celery_app import app
from workers import heart


def test_a_word_into_a_connection_that_is_gone_is_a_fault_and_no_wait(rabbit_broker: str, rabbit: RabbitServer) -> None:
    worker = SimpleNamespace(app=app, hostname="geral@maquina")
    with app.connection_for_read() as connection:
        channel = connection.channel()
        app.control.mailbox.exchange(channel).declare()
        heart.send(worker, channel)
        rabbit.kill()
        with pytest.raises(FAULTS):
            for _ in range(9):
                heart.send(worker, channel)
        connection.collect()
