"""What is said of a RabbitMQ: a sentence for each mistake, and no secret in any."""

import json

import pytest
from conftest import Configure
from support.https import certificate

from core.errors import UsageError
from events.delivery.kind import Said
from events.delivery.kinds.rabbitmq import KIND
from events.delivery.rabbitmq import options
from events.delivery.rabbitmq.options import Exchange, exchange_of
from storage.models.destinos import Destino

SAID = {"usuario": "esteira", "senha": "senha-que-ninguem-ve"}  # pragma: allowlist secret
URL = "amqps://rabbit.exemplo.com.br"


def made(url: str = URL, **more: str) -> Destino:
    return Destino(tipo="rabbitmq", **KIND.accepted(Said(url, opcoes=SAID | more)).columns)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (URL, ("rabbit.exemplo.com.br", 5671, "/", True)),
        ("amqp://10.0.0.5/", ("10.0.0.5", 5672, "/", False)),
        ("amqp://[::1]:5/fiscal", ("::1", 5, "fiscal", False)),
        ("amqps://r:1/%2Ffiscal%20novo", ("r", 1, "/fiscal novo", True)),
    ],
)
def test_a_url_names_a_server_and_a_vhost(url: str, found: tuple[str, int, str, bool]) -> None:
    exchange = exchange_of(made(url))
    assert (exchange.host, exchange.port, exchange.vhost, exchange.tls) == found


@pytest.mark.parametrize(
    ("url", "opcoes", "part"),
    [
        ("amqps://esteira:senha-que-ninguem-ve@r", {}, "não pode ter usuário nem senha"),  # pragma: allowlist secret
        ("https://r", {}, "tem a forma amqps://"),
        ("amqps://", {}, "tem a forma amqps://"),
        ("amqps://r:0", {}, "tem a forma amqps://"),
        ("amqps://r:70000", {}, "tem a forma amqps://"),
        ("amqps://r/a/b", {}, "tem a forma amqps://"),
        ("amqps://r/%00", {}, "caracteres inválidos"),
        ("amqps://" + "r" * 3000, {}, "tem a forma amqps://"),
        (URL, {"senha": ""}, "opção senha"),
        (URL, {"usuario": " "}, "opção usuario"),
        (URL, {"fila": "x"}, "não tem a opção 'fila'"),
        (URL, {"senha": "senha-que-ninguem-ve" * 20}, "até 255 bytes"),
        (URL, {"exchange": "a\x07b"}, "até 255 bytes"),
        (URL, {"routing_key": "a b"}, "letras, números"),
        (URL, {"routing_key": "{evento"}, "letras, números"),
        (URL, {"routing_key": "{dados}"}, "não conhece {dados}"),
        (URL, {"routing_key": "{dados.x.__class__}{0}"}, "não conhece {0}"),
        (URL, {"routing_key": "x" * 256}, "até 255 bytes"),
        (URL, {"ca": "/nao/existe.pem"}, "arquivo PEM"),
        (URL, {"ca": "/dev/zero"}, "arquivo PEM"),
        (URL, {"ca": "-----BEGIN CERTIFICATE-----\nxx"}, "não tem um certificado"),
    ],
)
def test_each_mistake_has_its_sentence(url: str, opcoes: dict[str, str], part: str) -> None:
    with pytest.raises(UsageError) as told:
        KIND.accepted(Said(url, opcoes=SAID | opcoes))
    assert part in str(told.value)
    assert "senha-que-ninguem-ve" not in str(told.value)
    assert told.value.campo in ("url", "opcao")


def test_the_authority_is_kept_not_the_name_of_its_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = certificate(tmp_path, "localhost")
    pem = file.read_text()
    kept = made(ca=str(file)) if "PRIVATE" not in pem else made(ca=pem[pem.index("-----BEGIN CERT") :])
    assert "-----BEGIN CERTIFICATE" in json.loads(kept.opcoes or "")["ca"]
    # what is stored may be said again
    assert options.checked(options.stored(kept)) == kept.opcoes


def test_nothing_secret_is_shown() -> None:
    destino = made(exchange="fiscal", routing_key="nota.{dados.uf}")
    shown = json.dumps(KIND.shown(destino)) + repr(exchange_of(destino))
    assert SAID["senha"] not in shown
    assert (destino.secret_key or "whsec") not in shown
    assert KIND.shown(destino)["routing_key"] == "nota.{dados.uf}"


@pytest.mark.parametrize(
    ("url", "settings", "refused"),
    [
        ("amqps://8.8.8.8", {}, False),
        ("amqps://8.8.8.8:1234", {}, True),
        ("amqp://8.8.8.8", {}, True),
        ("amqp://8.8.8.8", {"deliveries__allow_http": "true"}, False),
        ("amqps://10.0.0.5", {}, True),
        ("amqps://10.0.0.5:1234", {"deliveries__allow_networks": '["10.0.0.0/8"]'}, False),
        ("amqps://rabbit.interno", {}, False),
        ("amqps://[::1]", {}, True),
    ],
)
def test_the_rules_of_addresses_hold(url: str, settings: dict[str, str], refused: bool, configure: Configure) -> None:
    configure(**settings)
    destino = made(url)
    assert KIND.blocked(destino) is refused
    assert (KIND.accepted(Said(url, opcoes=SAID)).aviso is not None) is refused


def test_two_passwords_are_two_credentials() -> None:
    assert KIND.credential(made()) == KIND.credential(made(exchange="outro"))
    assert KIND.credential(made()) != KIND.credential(made(senha="outra"))
    assert isinstance(exchange_of(made()), Exchange)
