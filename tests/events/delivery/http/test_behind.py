"""Deliveries through a proxy: what may be called is judged before it is asked for anything."""

import json
import ssl
from collections.abc import Iterator

import pytest
from aiohttp import connector
from conftest import Configure
from support.deliveries import attempts, deliveries, destination, fire, only, webhook
from support.https import HttpsReceiver, https_receiver
from support.ports import free_port
from support.proxy import ConnectProxy, connect_proxy

from events.delivery import kind
from events.delivery.address import BlockedAddress, Judge
from events.delivery.drain import drain
from events.delivery.http.behind import Targets
from flows.destinos.creating import NewDestination, create
from storage.models.eventos import Estado

LOOPBACK = '["127.0.0.0/8", "::1/128"]'


@pytest.fixture
def proxy() -> Iterator[ConnectProxy]:
    with connect_proxy(login="ana:segredo") as running:
        yield running
        kind.close()


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpsReceiver]:
    with https_receiver(tmp_path_factory.mktemp("tls")) as running, pytest.MonkeyPatch.context() as trusting:
        # there is no other way to let this process trust it
        trusting.setattr(connector, "_SSL_CONTEXT_VERIFIED", ssl.create_default_context(cafile=running.authority))
        yield running


def through(configure: Configure, proxy: ConnectProxy, **more: str) -> None:
    said = {"proxy__url": proxy.url, "proxy__user": "ana", "proxy__password": "segredo"}  # pragma: allowlist secret
    configure(**said | {"deliveries__allow_networks": LOOPBACK} | more)


def test_a_webhook_leaves_through_it(
    sqlite: str, configure: Configure, proxy: ConnectProxy, receiver: HttpsReceiver
) -> None:
    through(configure, proxy)
    proxy.names["localhost"] = ("127.0.0.1", receiver.port)
    before = len(receiver.bodies)
    number = webhook(f"https://localhost:{receiver.port}/x")
    fire(3)
    drain(number)
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    assert len(receiver.bodies) == before + 3
    # one tunnel is kept for many requests, or a few made at once
    assert 1 <= len(proxy.targets) <= 3
    assert {one.address for one in attempts()} == {"proxy"}


def test_what_may_not_be_called_is_not_asked_for(sqlite: str, configure: Configure, proxy: ConnectProxy) -> None:
    through(configure, proxy, deliveries__allow_networks="[]")
    numbers = [webhook(f"https://{host}/x", nome=host) for host in ("10.0.0.1", "localhost", "[::1]", "8.8.8.8:22")]
    fire()
    for number in numbers:
        drain(number)
    assert {row.estado for row in deliveries()} == {Estado.BLOQUEADO}
    said = {"cliente": "x"}
    ticket = NewDestination("milvus_chamado", "m", "https://localhost", ["alerta_aberto"], segredo="t0ken", opcoes=said)
    blocked = create(ticket).destino.id
    fire()
    drain(blocked)
    assert deliveries(blocked)[0].estado == Estado.BLOQUEADO
    assert proxy.targets == []


def test_a_name_that_only_the_proxy_knows_is_the_proxys_to_judge(
    sqlite: str, configure: Configure, proxy: ConnectProxy
) -> None:
    through(configure, proxy)
    proxy.refusal = 403
    number = webhook("https://receptor.invalid/x")
    fire()
    drain(number)
    assert proxy.targets == ["receptor.invalid:443"]
    assert (only().estado, only().last_error) == (Estado.PENDENTE, "o proxy de saída não leva a este endereço")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"proxy__user": "errada"}, "o proxy de saída recusou o usuário ou a senha (HTTP 407)"),
        ({"proxy__url": ""}, "o proxy de saída não aceita conexão"),
    ],
)
def test_a_fault_of_the_proxy_is_told(
    sqlite: str, configure: Configure, proxy: ConnectProxy, more: dict[str, str], told: str
) -> None:
    through(configure, proxy, **{name: value or f"http://127.0.0.1:{free_port()}" for name, value in more.items()})
    number = webhook("https://receptor.invalid/x")
    fire()
    drain(number)
    assert (only().estado, only().last_error) == (Estado.PENDENTE, told)
    assert "errada" not in json.dumps([one.error for one in attempts()])
    assert destination(number).desligado_em is None


def test_what_goes_directly_is_judged_where_it_is_dialled(
    sqlite: str, configure: Configure, proxy: ConnectProxy, receiver: HttpsReceiver
) -> None:
    through(configure, proxy, proxy__direct='["localhost"]')
    number = webhook(f"https://localhost:{receiver.port}/x")
    fire()
    drain(number)
    assert only().estado == Estado.ENTREGUE
    assert proxy.targets == []


def test_a_judgement_holds_for_a_while() -> None:
    targets = Targets(Judge())
    assert not targets.known("10.0.0.1", 443)
    for _ in range(2):
        with pytest.raises(BlockedAddress):
            targets.check("10.0.0.1", 443)
    targets.check("8.8.8.8", 443)
    targets.check("nome-que-nao-ha.invalid", 443)
    assert targets.known("8.8.8.8", 443)
