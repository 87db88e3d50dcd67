"""Who stops a destination stops what was claimed for it too: nothing more begins, and each event goes out once."""

from collections.abc import Callable, Iterator

import pytest
from support.deliveries import SECRET, change, deliveries, destination, fire, webhook

from core.clock import SYSTEM
from events.delivery.drain import drain
from events.delivery.engine import Engine
from events.delivery.kind import Made
from events.delivery.outcome import DELIVERED
from events.delivery.plan import Done
from events.delivery.rows import Owed
from flows.destinos import switching
from sandbox.receiver import ReceiverServer
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")
AMOUNT = 10


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


def turn(engine: Engine, *done: Done, more: bool) -> None:
    engine.took(engine.turn(engine.plan(done, more=more)))


def begun(engine: Engine, destino: int) -> Owed:
    """Claim what a destination is owed, and let the first of it begin."""
    engine.hint((destino,))
    turn(engine, more=True)
    first = engine.next()
    assert first is not None
    return first


def delivered(engine: Engine, owed: Owed) -> Done:
    done = Done(owed, Made(DELIVERED, SYSTEM.now(), 3, 204, "", "127.0.0.1:1"), Estado.ENTREGUE, SYSTEM.now())
    engine.ended(owed, done)
    return done


def turn_off(destino: int) -> None:
    change(destino, ativo=False)


def pause(destino: int) -> None:
    switching.pause(str(destino))


@pytest.mark.parametrize("more", [True, False])
@pytest.mark.parametrize("stop", [pause, turn_off])
def test_once_it_is_stopped_nothing_of_what_was_claimed_begins(
    banco: str, receiver: ReceiverServer, stop: Callable[[int], None], more: bool
) -> None:
    destino = webhook(f"{receiver.url}/x")
    change(destino, ultima_execucao=SYSTEM.now())
    fire(AMOUNT)
    engine = Engine(None, SYSTEM)
    first = begun(engine, destino)
    stop(destino)
    turn(engine, delivered(engine, first), more=more)
    assert engine.next() is None
    engine.give_back(engine.left())
    assert Estado.ENVIANDO not in {row.estado for row in deliveries()}
    assert destination(destino).lease_token is None


def test_what_was_claimed_when_it_was_paused_goes_out_once_when_it_is_turned_on(
    banco: str, receiver: ReceiverServer
) -> None:
    destino = webhook(f"{receiver.url}/x")
    change(destino, ultima_execucao=SYSTEM.now())
    fire(AMOUNT)
    engine = Engine(None, SYSTEM)
    first = begun(engine, destino)
    pause(destino)
    turn(engine, delivered(engine, first), more=True)
    turn(engine, more=True)
    assert {row.estado for row in deliveries()} == {Estado.RETIDO}
    assert switching.resume(str(destino)) == AMOUNT
    assert drain(destino).feitas == AMOUNT
    engine.give_back(engine.left())
    assert (len(receiver.ids), receiver.repeats) == (AMOUNT, {})
