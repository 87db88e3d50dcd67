"""By hand: send again, recover."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.deliveries import SECRET, attempts, change, deliveries, fire, only, webhook

from core.clock import SYSTEM, FixedClock
from core.errors import Conflict, NotFound, UsageError
from events.catalog import AlertaAberto
from events.delivery.drain import drain
from events.outbox import Disparo, disparar_varios, record_event
from flows.destinos import switching, trying
from flows.entregas import again, delivering, recovering
from sandbox import faults
from sandbox.receiver import ReceiverServer
from storage.models.destinos import DestinoEvento
from storage.models.eventos import Estado
from storage.session import transaction

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


def exhausted(receiver: ReceiverServer, amount: int = 1) -> int:
    receiver.faults.always(faults.status(500))
    destino = webhook(f"{receiver.url}/x")
    change(destino, retry_count=1)
    fire(amount)
    drain(destino)
    receiver.faults.clear()
    return destino


def test_a_resend_is_a_new_run_for_the_same_id(banco: str, receiver: ReceiverServer) -> None:
    exhausted(receiver)
    assert only().estado == Estado.ESGOTADO
    message_id = again.resend(only().id)
    delivering.deliver_now(message_id)
    assert (only().estado, only().tentativas) == (Estado.ENTREGUE, 1)
    assert len(attempts()) == 2
    assert receiver.count(message_id) == 2


def test_a_resend_of_nothing_or_to_a_stopped_destination_is_refused(sqlite: str, receiver: ReceiverServer) -> None:
    destino = exhausted(receiver)
    switching.pause(str(destino))
    with pytest.raises(NotFound, match="Não há entrega"):
        again.resend(999)
    with pytest.raises(Conflict, match="não está ligado"):
        again.resend(only().id)


def test_a_recovery_brings_back_what_failed_a_few_per_second(banco: str, receiver: ReceiverServer) -> None:
    destino = exhausted(receiver, 9)
    clock = FixedClock(SYSTEM.now())
    assert recovering.recover(destino, clock.now() - timedelta(hours=1), clock=clock) == 9
    due = [(row.due_at - clock.now()).total_seconds() for row in deliveries()]
    assert due == pytest.approx([n / recovering.PER_SECOND for n in range(9)])
    clock.advance(0.25)
    drain(destino, clock)
    assert sum(row.estado == Estado.ENTREGUE for row in deliveries()) == 3


def test_with_tudo_also_what_was_never_owed_comes(banco: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x", "alerta_aberto")
    with transaction() as db:
        db.add(DestinoEvento(destino_id=destino, evento="nfe_importada"))
    change(destino, ativo=False)
    fire(3)
    fire(2, evento="alerta_resolvido")
    fire(1, evento="nfe_importada")
    change(destino, ativo=True)
    since = SYSTEM.now() - timedelta(hours=1)
    assert recovering.recover(destino, since) == 0
    assert recovering.recover(destino, since, tudo=True) == 4
    assert recovering.recover(destino, since, tudo=True) == 0
    drain(destino, FixedClock(SYSTEM.now() + timedelta(seconds=5)))
    assert {request.evento for request in receiver.requests} == {"alerta_aberto", "nfe_importada"}


def test_with_tudo_nothing_comes_that_was_told_to_another_alone(banco: str, receiver: ReceiverServer) -> None:
    destino, other = (webhook(f"{receiver.url}/x", "alerta_aberto", nome=nome) for nome in ("um", "outro"))
    change(other, ativo=False)
    fire()
    said = {"fonte": "sat", "objeto": "loja-1", "codigo": "bateria", "severidade": "aviso", "mensagem": "Está fraca."}
    payload = AlertaAberto(**said, aberto_em=SYSTEM.now().isoformat())
    with transaction() as db:
        record_event(db, payload, somente=destino)
    disparar_varios([Disparo.of(payload, somente=destino)] * 2)
    trying.try_out(str(destino), amostra=trying.Amostra("alerta_aberto", {"teste": True}))
    change(other, ativo=True)
    assert [len(deliveries(one)) for one in (destino, other)] == [5, 0]
    since = SYSTEM.now() - timedelta(hours=1)
    assert recovering.amount(other, since, tudo=True) == recovering.recover(other, since, tudo=True) == 1
    assert deliveries(other)[0].event_id == deliveries(destino)[0].event_id


@pytest.mark.parametrize(("days", "reason"), [(15, "14 dias"), (-1, "futuro")])
def test_a_recovery_has_its_limits(sqlite: str, days: int, reason: str) -> None:
    destino = webhook("https://exemplo.com/x")
    with pytest.raises(UsageError, match=reason):
        recovering.recover(destino, SYSTEM.now() - timedelta(days=days))


def test_a_recovery_goes_in_batches_counts_first_and_is_done_once(
    banco: str, receiver: ReceiverServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovering, "BATCH", 4)
    destino, other = exhausted(receiver, 9), webhook("https://exemplo.com/y")
    since = SYSTEM.now() - timedelta(hours=1)
    assert recovering.amount(destino, since) == 9
    assert [row.estado for row in deliveries(destino)] == [Estado.ESGOTADO] * 9
    cut = recovering.batches(destino, since)
    assert next(cut) == 4
    cut.close()
    assert recovering.amount(destino, since) == 5
    assert list(recovering.batches(destino, since)) == [4, 1]
    assert (recovering.recover(destino, since), recovering.recover(other, since)) == (0, 0)
    assert recovering.amount(other, since, tudo=True) == 9
    assert list(recovering.batches(other, since, tudo=True)) == [4, 4, 1]
    assert recovering.amount(other, since, tudo=True) == 0


def test_a_test_that_failed_is_not_brought_back(sqlite: str, receiver: ReceiverServer) -> None:
    destino = exhausted(receiver)
    receiver.faults.always(faults.status(500))
    trying.try_out(str(destino))
    assert [row.estado for row in deliveries(destino)] == [Estado.ESGOTADO] * 2
    assert recovering.recover(destino, SYSTEM.now() - timedelta(hours=1)) == 1
