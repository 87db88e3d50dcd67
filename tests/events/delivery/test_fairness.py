"""Circuit, strict order, own limits, quiet hours and turns, against a real receiver."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.deliveries import SECRET, change, deliveries, destination, fire, make_due, owned, quiet_now, webhook

from core.clock import SYSTEM, FixedClock
from events import disparar_webhook
from events.delivery.drain import drain
from events.delivery.sweep import sweep
from sandbox import faults
from sandbox.receiver import ReceiverServer
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET, "/operador": SECRET}) as running:
        yield running


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SYSTEM.now() + timedelta(seconds=1))


def names(receiver: ReceiverServer, path: str) -> list[str]:
    return [request.evento for request in receiver.requests if request.path == path]


def test_an_open_circuit_puts_rows_off_without_using_attempts(
    banco: str, receiver: ReceiverServer, clock: FixedClock
) -> None:
    receiver.faults.always(faults.status(500), key="/x")
    destino = webhook(f"{receiver.url}/x")
    fire(60)
    report = drain(destino, clock)
    assert 10 <= report.feitas < 60
    untouched = [row for row in deliveries() if row.tentativas == 0]
    assert len(untouched) == 60 - report.feitas
    assert destination(destino).circuito_espera == 30
    assert destination(destino).due_at == clock.now() + timedelta(seconds=30)
    assert sweep(clock) == []
    assert drain(destino, clock).ocupado


def test_one_probe_goes_out_when_its_time_has_come_and_a_success_lets_the_rest_follow(
    sqlite: str, receiver: ReceiverServer, clock: FixedClock
) -> None:
    receiver.faults.always(faults.status(500), key="/x")
    destino = webhook(f"{receiver.url}/x")
    fire(60)
    drain(destino, clock)
    before = len(receiver.requests)
    clock.advance(30)
    assert drain(destino, clock).feitas == 1
    assert len(receiver.requests) == before + 1
    assert destination(destino).circuito_espera == 60
    receiver.faults.clear(key="/x")
    clock.advance(60)
    make_due()
    drain(destino, clock)
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    assert destination(destino).falhas_seguidas == 0


def test_five_days_of_failure_switch_off_and_the_operator_hears_by_another_destination(
    banco: str, receiver: ReceiverServer, clock: FixedClock
) -> None:
    receiver.faults.always(faults.status(500), key="/x")
    destino = webhook(f"{receiver.url}/x", "alerta_aberto", "destino_desligado", "destino_falhando")
    other = webhook(f"{receiver.url}/operador", "destino_desligado", "destino_falhando", nome="operador")
    fire(5)
    drain(destino, clock)
    for days in (1, 4):
        clock.advance(days * 86400)
        make_due()
        drain(destino, clock)
    assert destination(destino).desligado_em is not None
    drain(other)
    assert names(receiver, "/operador") == ["destino_falhando", "destino_desligado"]
    assert set(names(receiver, "/x")) == {"alerta_aberto"}
    fire()
    assert deliveries(destino)[-1].estado == Estado.RETIDO


def test_in_strict_order_a_later_event_waits_for_the_earlier_one(
    banco: str, receiver: ReceiverServer, clock: FixedClock
) -> None:
    receiver.faults.queue(faults.usual, faults.status(500), key="/x")
    destino = webhook(f"{receiver.url}/x")
    change(destino, ordem_estrita=True)
    fire(5)
    drain(destino, clock)
    assert [row.estado for row in deliveries()] == [Estado.ENTREGUE] + [Estado.PENDENTE] * 4
    make_due()
    clock.advance(60)
    drain(destino, clock)
    sent = [json.loads(request.body)["dados"]["n"] for request in receiver.requests]
    assert sent == [0, 1, 1, 2, 3, 4]


def test_a_destination_may_have_a_limit_of_its_own(sqlite: str, receiver: ReceiverServer, clock: FixedClock) -> None:
    destino = webhook(f"{receiver.url}/x")
    change(destino, por_minuto=6)
    fire(20)
    assert drain(destino, clock).feitas == 6
    assert destination(destino).due_at == clock.now() + timedelta(seconds=10)
    clock.advance(20)
    assert drain(destino, clock).feitas == 2
    assert all(row.tentativas <= 1 for row in deliveries())


def test_quiet_hours_put_an_event_off(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    now = SYSTEM.now()
    change(destino, silencio=quiet_now())
    disparar_webhook("alerta_aberto", {"severidade": "aviso"})
    disparar_webhook("alerta_aberto", {"severidade": "critico"})
    drain(destino)
    waiting, urgent = deliveries()
    assert (waiting.estado, waiting.tentativas, urgent.estado) == (Estado.PENDENTE, 0, Estado.ENTREGUE)
    assert timedelta(minutes=28) < waiting.due_at - now <= timedelta(minutes=31)


def test_tenants_take_turns(banco: str, receiver: ReceiverServer) -> None:
    ana = [webhook(f"{receiver.url}/x", nome=f"ana-{n}") for n in range(2)]
    bia = webhook(f"{receiver.url}/x", nome="bia")
    owned(ana[0], "ana", is_staff=True)
    from storage.models.destinos import Destino
    from storage.session import transaction

    with transaction() as db:
        db.get_one(Destino, ana[1]).usuario_id = db.get_one(Destino, ana[0]).usuario_id
    fire()
    change(ana[0], servido_em=SYSTEM.now())
    change(bia, servido_em=SYSTEM.now() - timedelta(seconds=5))
    change(ana[1], servido_em=SYSTEM.now() - timedelta(hours=1))
    assert [destino for destino, _ in sweep()] == [bia, ana[1], ana[0]]


def test_destinations_that_nobody_serves_hide_no_others_from_the_sweep(
    banco: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while the worker of their queue is away."""
    monkeypatch.setattr("events.delivery.sweep.DESTINATIONS", 2)
    slow = [webhook("https://exemplo.com/x", nome=f"lento-{n}") for n in range(3)]
    retried = webhook("https://exemplo.com/x")
    fire()
    for number in slow:
        change(number, lento=True)
    change(retried, servido_em=SYSTEM.now())
    assert sweep() == [*((number, "entregas.drenar_lentas") for number in slow[:2]), (retried, "entregas.drenar")]


def test_the_events_of_one_object_are_numbered(banco: str) -> None:
    webhook("https://exemplo.com/x")
    for _ in range(2):
        disparar_webhook("alerta_aberto", {}, entidade="sat:loja-1")
    disparar_webhook("alerta_aberto", {}, entidade="sat:loja-2")
    from storage.models.eventos import Event
    from storage.session import reading

    with reading() as db:
        numbers = [json.loads(e.corpo)["dados"]["sequencia"] for e in db.query(Event).order_by(Event.id)]
    assert numbers == [1, 2, 1]


def test_the_wait_for_the_first_attempt_is_counted(banco: str, receiver: ReceiverServer) -> None:
    from storage.models.destinos import Latencia
    from storage.session import reading

    receiver.faults.queue(faults.status(500), key="/x")
    destino = webhook(f"{receiver.url}/x")
    fire(3)
    drain(destino)
    make_due()
    drain(destino)
    fire(2)
    drain(destino)
    with reading() as db:
        assert sum(row.total for row in db.query(Latencia).filter_by(destino_id=destino)) == 5
