"""The test button."""

from collections.abc import Iterator

import pytest
from conftest import Configure
from support.deliveries import SECRET, attempts, destination, only, webhook

from core.clock import SYSTEM
from core.settings.email import EmailSettings
from events.delivery.email import account
from flows.destinos import switching, trying
from flows.destinos.creating import NewDestination, create
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
