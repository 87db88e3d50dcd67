"""What an operator reads of the broker, and of the Redis beside it, when something is wrong with either.

Its workers are asked in `tests/flows/test_diagnostico.py`, a real RabbitMQ in `tests/core/test_broker_probe.py`.
"""

from pathlib import Path

import pytest
import redis
from conftest import Configure
from support.ports import free_port
from support.redis import RedisServer
from support.tls import tls_front

from core.broker_address import ADDRESS_FILE
from core.checks import FAULT, OK, WARNING, Finding
from flows.diagnostico.broker import ADDRESS, ALONE, AWAY, LOGIN, NONE, beside, broker

SECRET = "nao-mostre"  # pragma: allowlist secret
RABBIT = "amqp://esteira:senha@127.0.0.1:1/v"  # pragma: allowlist secret


@pytest.fixture
def written_down(tmp_path: Path) -> Path:
    """The file in which `esteira subir` writes down where its own broker is."""
    (tmp_path / "dados").mkdir()
    return tmp_path / "dados" / ADDRESS_FILE


def test_without_a_broker_it_says_what_that_means() -> None:
    assert list(broker()) == [Finding("broker", WARNING, "nenhum configurado nem iniciado", NONE)]
    assert list(beside()) == [Finding("redis", OK, ALONE)]


def test_what_is_written_down_and_is_no_address_is_a_fault_of_both(written_down: Path) -> None:
    written_down.write_text("rediss://127.0.0.1:1/0?ssl_cert_reqs=talvez")
    (told,) = broker()
    assert (told.sistema, told.situacao, told.correcao) == ("broker", FAULT, ADDRESS)
    assert told.detalhe.startswith("ssl_cert_reqs: ")
    (told,) = beside()
    assert (told.sistema, told.situacao, told.correcao) == ("redis", FAULT, ADDRESS)


def test_one_that_is_away_is_told_without_its_password_and_no_worker_is_asked(configure: Configure) -> None:
    configure(core__redis_url=f"redis://:{SECRET}@127.0.0.1:{free_port()}/0")
    (told,) = broker()
    assert (told.sistema, told.situacao, told.correcao) == ("broker", FAULT, AWAY)
    assert SECRET not in str(told)
    assert len(told.detalhe) <= 200


def test_an_option_that_no_redis_knows_is_told_as_a_mistake_in_the_address(configure: Configure) -> None:
    configure(core__redis_url="redis://127.0.0.1:1/0?cor=azul")
    assert list(broker()) == [Finding("broker", FAULT, "core.redis_url não é um endereço de Redis", ADDRESS)]


@pytest.mark.parametrize(
    ("url", "setting", "system"),
    [
        ("rediss://127.0.0.1:1/0", "redis", "Redis"),
        ("amqps://esteira:senha@127.0.0.1:1/v", "broker", "RabbitMQ"),  # pragma: allowlist secret
    ],
)
@pytest.mark.parametrize(("content", "said"), [(None, "não existe"), ("nada", "não tem certificado em PEM")])
def test_a_file_of_authorities_that_cannot_be_read_is_told_by_its_setting_before_anybody_is_asked(
    configure: Configure, tmp_path: Path, url: str, setting: str, system: str, content: str | None, said: str
) -> None:
    path = tmp_path / "ac.pem"
    if content is not None:
        path.write_text(content)
    configure(**{f"core__{setting}_url": url, f"core__{setting}_ca": str(path)})
    (told,) = broker()
    assert (told.situacao, told.correcao) == (FAULT, f"Corrija core.{setting}_ca.")
    assert told.detalhe.startswith(f"o arquivo da autoridade do {system}, {path}")
    assert told.detalhe.endswith(said)


def test_a_redis_that_answers_is_told_with_how_it_keeps_messages(
    configure: Configure, redis_server: RedisServer
) -> None:
    configure(core__redis_url=redis_server.url)
    (told,) = beside()
    assert (told.sistema, told.situacao, told.correcao) == ("redis", OK, "")
    assert told.detalhe.startswith("Redis ")
    assert told.detalhe.endswith(f", em arquivo (AOF), em 127.0.0.1:{redis_server.port}")


def test_what_is_wrong_with_how_it_keeps_them_is_told_beside_it(
    configure: Configure, redis_server: RedisServer
) -> None:
    configure(core__redis_url=redis_server.url)
    with redis.Redis(port=redis_server.port) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            well, worry = beside()
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    assert (well.situacao, worry.situacao) == (OK, WARNING)
    assert worry.detalhe.startswith("o Redis apaga mensagens quando a memória acaba (allkeys-lru)")
    assert worry.correcao == "Veja docs/how-to/brokers.md."


def test_a_redis_that_lets_us_not_in_is_told_as_that(configure: Configure, redis_server: RedisServer) -> None:
    configure(core__redis_url=f"redis://esteira:{SECRET}@127.0.0.1:{redis_server.port}/0")
    refused = "o Redis recusou o usuário, a senha ou o número do banco"
    assert list(beside()) == [Finding("redis", FAULT, refused, LOGIN)]
    assert list(broker()) == [Finding("broker", FAULT, refused, LOGIN)]


def test_a_certificate_of_an_unknown_authority_is_told_with_the_setting_that_names_it(
    configure: Configure, redis_server: RedisServer, tmp_path: Path
) -> None:
    with tls_front(tmp_path, redis_server.port) as front:
        url = f"rediss://localhost:{front.port}/0"
        configure(core__redis_url=url)
        (told,) = beside()
        assert (told.situacao, told.detalhe) == (FAULT, "o certificado do Redis não é de uma autoridade conhecida")
        assert told.correcao == "Diga em core.redis_ca o arquivo da autoridade que o assina."
        configure(core__redis_ca=str(front.authority))
        assert [one.situacao for one in beside()] == [OK]


def test_beside_a_rabbitmq_there_is_a_redis_only_where_one_is_named(
    configure: Configure, redis_server: RedisServer
) -> None:
    configure(core__broker_url=RABBIT)
    assert list(beside()) == [Finding("redis", OK, ALONE)]
    configure(core__redis_url=redis_server.url)
    (told,) = beside()
    assert told.detalhe.endswith(f"em 127.0.0.1:{redis_server.port}")
