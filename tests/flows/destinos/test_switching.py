"""Pause a destination, and turn it on again."""

from collections.abc import Iterator

import pytest
from support.deliveries import SECRET, deliveries, destination, fire, webhook

from events.delivery.drain import drain
from flows.destinos import switching
from sandbox import faults
from sandbox.receiver import ReceiverServer
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


def test_a_paused_destination_keeps_its_events_until_it_is_turned_on(banco: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    fire()
    switching.pause("receptor")
    fire()
    assert drain(destino).ocupado
    assert [row.estado for row in deliveries()] == [Estado.RETIDO, Estado.RETIDO]
    assert switching.resume("receptor") == 2
    drain(destino)
    assert len(receiver.ids) == 2


def test_turning_on_closes_the_circuit(sqlite: str, receiver: ReceiverServer) -> None:
    receiver.faults.always(faults.status(500))
    destino = webhook(f"{receiver.url}/x")
    fire(20)
    drain(destino)
    assert destination(destino).circuito_espera > 0
    switching.resume(str(destino))
    assert (destination(destino).circuito_espera, destination(destino).falhas_seguidas) == (0, 0)
    assert not drain(destino).ocupado
