"""Pause a destination, and turn it on again."""

from collections.abc import Iterator

import pytest
from support.deliveries import SECRET, change, deliveries, destination, fire, only, webhook

from core.clock import SYSTEM
from events.delivery.drain import drain
from flows.destinos import switching
from flows.destinos.creating import NewDestination, create
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


@pytest.mark.parametrize("off", ["pausado_em", "desligado_em"])
def test_replacing_turns_on_and_sends_what_was_kept(banco: str, receiver: ReceiverServer, off: str) -> None:
    destino = webhook("https://exemplo.com/velho")
    change(destino, **{off: SYSTEM.now()})
    fire()
    assert only().estado == Estado.RETIDO
    new = NewDestination("webhook", "receptor", f"{receiver.url}/x", ["alerta_aberto"], segredo=SECRET)
    assert create(new, replacing=True).destino.situacao == "ativo"
    drain(destino)
    assert (only().estado, len(receiver.ids)) == (Estado.ENTREGUE, 1)


def test_turning_on_closes_the_circuit(sqlite: str, receiver: ReceiverServer) -> None:
    receiver.faults.always(faults.status(500))
    destino = webhook(f"{receiver.url}/x")
    fire(20)
    drain(destino)
    assert destination(destino).circuito_espera > 0
    switching.resume(str(destino))
    assert (destination(destino).circuito_espera, destination(destino).falhas_seguidas) == (0, 0)
    assert not drain(destino).ocupado
