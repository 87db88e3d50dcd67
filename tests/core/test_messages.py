"""Messages to the workers, against a real broker."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Configure
from redis import Redis
from support.ports import free_port

from core import messages
from core.broker_link import KEY_PREFIX
from core.celery_app import app, current
from core.errors import Transient


def test_many_messages_go_through_one_connection(broker: str, configure: Configure) -> None:
    configure(core__redis_url=broker)
    with Redis.from_url(broker) as redis:
        messages.send("questor.enviar_bloco", [0])
        before = redis.info("stats")["total_connections_received"]
        messages.send_all([("questor.enviar_bloco", [number]) for number in range(1, 50)])
        assert redis.llen(f"{KEY_PREFIX}questor") == 50
        assert redis.info("stats")["total_connections_received"] == before


def test_without_a_broker_the_sender_hears_of_it(configure: Configure) -> None:
    configure(core__redis_url=f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(Transient, match="broker"):
        messages.send_all([("questor.enviar_bloco", [1])])


def by_task(task: str, **options: Any) -> Any:
    return app.tasks[task].apply_async(**options)


@pytest.mark.parametrize("call", [app.send_task, by_task])
def test_a_channel_whose_broker_has_gone_is_a_passing_fault_and_the_next_message_has_a_new_one(
    call: Callable[..., object], broker: str, configure: Configure
) -> None:
    configure(core__redis_url=broker)
    call("questor.enviar_bloco", args=[1])
    with current().producer_pool.acquire() as producer:
        # so kombu leaves it behind when its broker goes in the midst of a message
        producer.channel.connection.close_channel(producer.channel)
    with pytest.raises(Transient, match=r"core\.redis_url"):
        call("questor.enviar_bloco", args=[2])
    call("questor.enviar_bloco", args=[3])
    with Redis.from_url(broker) as redis:
        assert redis.llen(f"{KEY_PREFIX}questor") == 2


def test_a_mistake_in_a_call_is_not_taken_for_a_broker_that_has_gone() -> None:
    with pytest.raises(AttributeError):
        app.send_task("questor.enviar_bloco", args=[1], producer=object())
