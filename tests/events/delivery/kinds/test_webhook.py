"""What a webhook sends, judged by a strict receiver."""

from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook
from support.deliveries import SECRET, fire, webhook
from support.deliveries import change as set_columns

from core.clock import SYSTEM
from core.errors import UsageError
from events.delivery import sign
from events.delivery.drain import drain
from events.delivery.kind import Said, kinds
from flows.destinos.changing import Change, change, change_secret
from flows.destinos.creating import NewDestination, create
from flows.destinos.views import destinations
from sandbox.receiver import ReceiverServer

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


def verdicts(receiver: ReceiverServer, destino: int) -> list[str]:
    receiver.requests.clear()
    fire()
    drain(destino)
    return [request.verdict for request in receiver.requests]


def test_an_ed25519_key_signs_and_its_public_half_verifies(sqlite: str, receiver: ReceiverServer) -> None:
    new = NewDestination("webhook", "erp", f"{receiver.url}/x", ["alerta_aberto"], assinatura="v1a")
    created = create(new)
    public = created.destino.detalhes["chave_publica"]
    assert created.segredo is None
    receiver.expect("/x", [public])
    assert verdicts(receiver, created.destino.id) == ["ok"]
    assert "X-Webhook-Signature" not in receiver.requests[0].headers
    receiver.expect("/x", [sign.public_key(sign.new_secret("v1a"))])
    assert verdicts(receiver, created.destino.id) == ["webhook-signature não confere"]


def test_a_change_of_scheme_signs_with_both_for_a_day(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    public = change_secret(str(destino), assinatura="v1a").destino.detalhes["chave_publica"]
    for accepted in ([SECRET], [public, SECRET]):
        receiver.expect("/x", accepted)
        assert verdicts(receiver, destino) == ["ok"]
    # the next change keeps the scheme unless told otherwise
    assert change_secret(str(destino)).destino.detalhes["assinatura"] == "v1a"


def test_the_owner_s_headers_are_sent_and_never_shown(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    changed = change(str(destino), Change(cabecalhos={"Authorization": "Bearer abc", "X-Loja": "7"}))
    assert changed.destino.detalhes["cabecalhos"] == ["Authorization", "X-Loja"]
    assert "abc" not in str(destinations().itens)
    receiver.expect("/x", [SECRET], {"Authorization": "Bearer abc", "X-Loja": "7"})
    assert verdicts(receiver, destino) == ["ok"]
    change(str(destino), Change(cabecalhos={"authorization": "", "X-Loja": "8"}))
    receiver.expect("/x", [SECRET], {"X-Loja": "8"})
    assert verdicts(receiver, destino) == ["ok"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said("https://a.b/", segredo=SECRET, assinatura="v1a"), "precisa de um segredo whsk_"),
        (Said("https://a.b/", segredo=sign.new_secret("v1a"), assinatura="v1"), "a v1 não aceita um"),
        (Said("https://a.b/", assinatura="v2"), "Assinatura desconhecida"),
        (Said("https://a.b/", topico="x"), "não tem tópico"),
        (Said("https://a.b/", cabecalhos={"webhook-id": "x"}), "reservado"),
    ],
)
def test_what_does_not_go_together_is_told(said: Said, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        kinds()["webhook"].accepted(said)


def test_a_secret_is_made_where_none_is_given(sqlite: str) -> None:
    made = kinds()["webhook"].checked(Said("https://a.b/"))
    assert made.segredo == made.columns["secret_key"]
    assert kinds()["webhook"].checked(Said("https://a.b/", segredo=SECRET)).segredo is None


def test_after_a_change_of_secret_both_are_accepted_for_a_day(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    new = change_secret(str(destino)).segredo
    assert new is not None
    fire()
    receiver.expect("/x", [SECRET, new])
    drain(destino)
    (request,) = receiver.requests
    for secret in (SECRET, new):
        Webhook(secret).verify(request.body.decode(), {k.lower(): v for k, v in request.headers.items()})
    set_columns(destino, secret_anterior_ate=SYSTEM.now())
    fire()
    drain(destino)
    assert " " not in receiver.requests[-1].headers["webhook-signature"]
