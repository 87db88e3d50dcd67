"""A destination whose secret no key opens costs itself: what it is owed waits, and the others are served."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from support.deliveries import SECRET, attempts, change, deliveries, destination, fire, seal, store, webhook

from core import loop
from core.clock import SYSTEM
from events.delivery import pumps, sweep
from events.delivery.health import WARN_AFTER, WARN_FAILURES
from sandbox.receiver import ReceiverServer
from storage.models.eventos import Estado
from storage.session import transaction

pytestmark = pytest.mark.usefixtures("loopback")
COLUMNS = ("secret_key", "secret_anterior", "headers_customizados", "opcoes")
TASK = "entregas.drenar"


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({f"/{name}": SECRET for name in ("bom", "fechado")}) as running:
        yield running
        pumps.end(60)


def stored(number: int) -> bytes:
    with transaction() as db:
        found: bytes = db.execute(text("SELECT secret_key FROM destino WHERE id = :i"), {"i": number}).scalar_one()
    return bytes(found)


def serve(*numbers: int) -> None:
    pumps.hint(TASK, list(numbers))
    loop.finish(60)


def states(number: int) -> list[str]:
    return [one.estado for one in deliveries(number)]


@pytest.mark.parametrize("column", COLUMNS)
def test_the_others_are_served_beside_it(banco: str, receiver: ReceiverServer, column: str) -> None:
    closed = webhook(f"{receiver.url}/fechado", nome="fechado")
    good = [webhook(f"{receiver.url}/bom", nome=f"bom {n}") for n in range(3)]
    fire(2)
    seal(closed, column)
    serve(*(number for number, _ in sweep.sweep()))
    assert [states(one) for one in good] == [[Estado.ENTREGUE] * 2] * 3
    assert states(closed) == [Estado.PENDENTE] * 2
    assert {one.tentativas for one in deliveries(closed)} == {0}


def test_what_it_is_owed_goes_out_once_a_key_opens_it(banco: str, receiver: ReceiverServer) -> None:
    closed = webhook(f"{receiver.url}/fechado")
    before = stored(closed)
    fire(2)
    seal(closed)
    serve(closed)
    assert (states(closed), attempts(), len(receiver.requests)) == ([Estado.PENDENTE] * 2, [], 0)
    store(closed, before)
    serve(closed)
    assert states(closed) == [Estado.ENTREGUE] * 2
    assert destination(closed).falhando_desde is None


def test_it_is_told_as_any_other_that_fails_and_never_switched_off(banco: str, receiver: ReceiverServer) -> None:
    closed = webhook(f"{receiver.url}/fechado")
    before = stored(closed)
    fire()
    change(closed, falhando_desde=SYSTEM.now() - 7 * WARN_AFTER, falhas_novas=WARN_FAILURES - 1)
    seal(closed)
    serve(closed)
    store(closed, before)
    assert destination(closed).desligado_em is None
    assert destination(closed).falhas_novas == WARN_FAILURES
