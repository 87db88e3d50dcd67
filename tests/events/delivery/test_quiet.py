"""What is due in a destination's quiet hours leaves at their end, whatever made it due; if it is critical, at once."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest
from support.deliveries import SECRET, attempts, change, deliveries, destination, fire, only, quiet_now, webhook

from core.clock import SYSTEM, FixedClock
from core.settings.core import CoreSettings
from events.delivery.drain import drain
from flows.destinos import switching
from sandbox import faults
from sandbox.receiver import ReceiverServer
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")
LIMITS: dict[str, Mapping[str, object]] = {
    "sem limite": {},
    "em ordem": {"ordem_estrita": True},
    "por minuto": {"por_minuto": 600},
    "circuito aberto": {"falhas_seguidas": 12, "circuito_espera": 30},
}


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


def at(text: str, days: int) -> datetime:
    """Return an instant some days from now, by the clock of the installation."""
    day = SYSTEM.now().astimezone(CoreSettings.current().zone) + timedelta(days=days)
    hour, minute = map(int, text.split(":"))
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


@pytest.mark.parametrize(("severidade", "waits"), [("aviso", True), ("critico", False)])
def test_an_attempt_again_waits_for_their_end(
    banco: str, receiver: ReceiverServer, severidade: str, waits: bool
) -> None:
    receiver.faults.queue(faults.status(500))
    destino, clock = webhook(f"{receiver.url}/x"), FixedClock(at("21:58", 2))
    fire(severidade=severidade)
    change(destino, silencio="22:00-07:00")
    drain(destino, clock)
    clock.instant = at("22:03", 2)
    drain(destino, clock)
    assert len(receiver.requests) == (1 if waits else 2)
    if waits:
        row = only()
        assert (row.estado, row.tentativas, row.due_at) == (Estado.PENDENTE, 1, at("07:00", 3))
        assert row.last_error == attempts()[0].error
        clock.instant = at("07:00", 3)
        drain(destino, clock)
    assert (only().tentativas, len(receiver.requests)) == (2, 2)


@pytest.mark.parametrize("limit", LIMITS)
def test_what_was_kept_waits_for_their_end_when_it_is_turned_on(
    banco: str, receiver: ReceiverServer, limit: str
) -> None:
    destino = webhook(f"{receiver.url}/x")
    switching.pause(str(destino))
    fire()
    switching.resume(str(destino))
    change(destino, silencio=quiet_now(), **LIMITS[limit])
    drain(destino)
    assert not receiver.requests
    assert (only().estado, only().tentativas, only().lease_token) == (Estado.PENDENTE, 0, None)
    assert only().due_at - SYSTEM.now() > timedelta(minutes=20)
    assert destination(destino).lease_token is None


def test_behind_many_that_wait_a_critical_one_goes_out(banco: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    fire(70)
    fire(severidade="critico")
    change(destino, silencio=quiet_now())
    assert drain(destino).feitas == 1
    *waiting, urgent = deliveries()
    assert urgent.estado == Estado.ENTREGUE
    assert all(row.due_at > SYSTEM.now() for row in waiting)
