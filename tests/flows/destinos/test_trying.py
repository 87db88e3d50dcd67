"""The test button."""

from collections.abc import Iterator

import pytest
from aiohttp import web
from conftest import Configure
from support.deliveries import SECRET, attempts, deliveries, destination, only, webhook

from core.clock import SYSTEM
from core.settings.email import EmailSettings
from events.delivery.drain import drain
from events.delivery.email import account
from flows.destinos import switching, trying, webhooks
from flows.destinos.creating import NewDestination, create
from flows.entregas import again
from sandbox import faults
from sandbox.receiver import ReceiverServer
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


def test_a_test_is_one_attempt_also_for_a_stopped_destination(banco: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x", "alerta_resolvido")
    switching.pause(str(destino))
    tested = trying.try_out(str(destino))
    assert (tested.sucesso, tested.status_code) == (True, 200)
    assert receiver.requests[0].evento == "teste"
    assert (only().estado, len(attempts())) == (Estado.ENTREGUE, 1)


def test_what_a_test_leaves_that_is_under_way_or_was_killed_is_not_kept_for_later(
    banco: str, receiver: ReceiverServer
) -> None:
    destino, during = webhook(f"{receiver.url}/x"), list[tuple[int, str, str | None]]()

    async def resumed(request: web.Request, answer: faults.Usual) -> web.StreamResponse:
        during.append((switching.resume(str(destino)), only().estado, only().last_error))
        return await answer()

    switching.pause(str(destino))
    receiver.faults.queue(resumed)
    assert trying.try_out(str(destino)).sucesso
    assert during == [(0, Estado.ESGOTADO, "o teste não terminou")]
    assert (only().estado, only().last_error, len(attempts())) == (Estado.ENTREGUE, None, 1)


@pytest.mark.parametrize("answered", [200, 500])
def test_a_test_that_was_sent_again_by_hand_meanwhile_stays_owed(
    banco: str, receiver: ReceiverServer, answered: int
) -> None:
    async def resent(request: web.Request, answer: faults.Usual) -> web.StreamResponse:
        again.resend(only().id)
        return await faults.status(answered)(request, answer)

    receiver.faults.queue(resent)
    assert trying.try_out(str(webhook(f"{receiver.url}/x"))).sucesso is (answered == 200)
    assert (only().estado, len(attempts())) == (Estado.PENDENTE, 1)
    drain(only().destino_id)
    assert (only().estado, len(receiver.requests)) == (Estado.ENTREGUE, 2)


def test_a_destination_that_is_removed_in_the_midst_of_its_test_answers_all_the_same(
    banco: str, receiver: ReceiverServer
) -> None:
    destino = webhook(f"{receiver.url}/x")

    async def removed(request: web.Request, answer: faults.Usual) -> web.StreamResponse:
        webhooks.remover(destino)
        return await answer()

    receiver.faults.queue(removed)
    assert trying.try_out(str(destino)).sucesso
    assert (deliveries(), attempts()) == ([], [])


def test_a_failed_test_is_not_repeated_and_hurts_no_health(sqlite: str, receiver: ReceiverServer) -> None:
    receiver.faults.queue(faults.status(503))
    destino = webhook(f"{receiver.url}/x")
    tested = trying.try_out(str(destino))
    assert (tested.sucesso, tested.status_code, tested.erro) == (False, 503, "respondeu HTTP 503")
    assert only().estado == Estado.ESGOTADO
    assert destination(destino).falhas_seguidas == 0


def test_one_that_the_other_side_never_saw_says_so(sqlite: str, configure: Configure) -> None:
    configure(email__host="smtp.exemplo.com.br", email__sender="avisos@exemplo.com.br")
    conta = EmailSettings.current().contas["padrao"]
    account.stop("padrao", conta, "a senha foi recusada", SYSTEM, trials=True)
    destino = create(NewDestination("email", "caixa", "ana@exemplo.com.br", ("alerta_aberto",))).destino.id
    tested = trying.try_out(str(destino))
    assert tested.erro == "parado: nada foi perguntado ao destino, tente mais tarde"


@pytest.mark.parametrize(
    ("fault", "doubted"),
    [
        (faults.html(), True),
        (faults.status(200, "\n  <HTML><body>Entrar</body>"), True),
        (faults.status(200, '{"ok": true}'), False),
        (faults.status(204), False),
        (faults.html(503), False),
    ],
)
def test_a_page_in_answer_to_a_webhook_is_pointed_out(
    sqlite: str, receiver: ReceiverServer, fault: faults.Fault, doubted: bool
) -> None:
    """Any 2xx is a success by contract; whoever tests should look at what answered."""
    receiver.faults.queue(fault)
    tested = trying.try_out(str(webhook(f"{receiver.url}/x")))
    assert ("página" in (tested.aviso or "")) is doubted
