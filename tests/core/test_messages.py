"""Messages to the workers, against a real broker."""

import pytest
from conftest import Configure
from redis import Redis
from support.ports import free_port

from core import messages
from core.broker_link import KEY_PREFIX
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
