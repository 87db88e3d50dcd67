"""Addresses of every kind of broker: what is read of each, and that none of them shows a secret."""

import ssl
from pathlib import Path

import pytest
from kombu import Connection

from core.addresses import address_of, judge_broker, judge_redis
from core.amqp_address import AmqpAddress
from core.sentinel_address import SentinelAddress

SECRET = "nao-mostre"  # pragma: allowlist secret
GOOD = [
    # address, where it is, as kombu takes it
    (f"redis://:{SECRET}@um:1/2", "um:1", f"redis://:{SECRET}@um:1/2"),
    (f"amqp://u:{SECRET}@um", "um:5672/%2F", f"amqp://u:{SECRET}@um:5672/%2F"),
    (f"amqp://u:{SECRET}@um/", "um:5672/%2F", f"amqp://u:{SECRET}@um:5672/%2F"),
    (f"amqp://u:{SECRET}@um/a%2Fb", "um:5672/a%2Fb", f"amqp://u:{SECRET}@um:5672/a%2Fb"),
    (
        f"amqps://u:{SECRET}@um,[::1]:9/v",
        "um:5671,::1:9/v",
        f"amqps://u:{SECRET}@um:5671/v;amqps://u:{SECRET}@[::1]:9/v",
    ),
    (
        f"sentinel://:{SECRET}@um,dois:2/mestre/3?sentinel_password={SECRET}",
        "um:26379,dois:2/mestre",
        f"sentinel://:{SECRET}@um:26379/3;sentinel://:{SECRET}@dois:2/3",
    ),
]
BAD = [
    "amqp://",
    f"amqp://u:{SECRET}@",
    f"amqp://u:{SECRET}@um:porta/v",
    f"amqp://u:{SECRET}@um,/v",
    f"amqp://u:{SECRET}@um/v?heartbeat=1",
    f"amqp://u:{SECRET}@um/v?ssl_cert_reqs=none",
    f"amqps://u:{SECRET}@um/v?ssl_nao_ha=1",
    f"kafka://u:{SECRET}@um/v",
    f"http://u:{SECRET}@um",
    "",
]
BAD_OF_REDIS = [
    f"sentinel://:{SECRET}@um:26379",
    f"sentinel://:{SECRET}@um/",
    f"sentinel://:{SECRET}@um/mestre/x",
    f"sentinel://:{SECRET}@um:0/mestre",
    f"sentinel://:{SECRET}@um/mestre?cor=azul",
    f"sentinel://:{SECRET}@um/mestre?ssl_cert_reqs=none",
]


@pytest.mark.parametrize(("url", "where", "kombu"), GOOD)
def test_an_address_says_where_it_is_and_no_secret(url: str, where: str, kombu: str) -> None:
    judge_broker(url)
    found = address_of(url)
    assert (found.where, found.url) == (where, kombu)
    assert SECRET not in found.where


@pytest.mark.parametrize(
    "url", ["redis://:a;b@um/2", "rediss://:a;b@um/2", "amqp://u:a;b@um,dois/v", "sentinel://:a;b@um/m/2"]
)
def test_kombu_takes_a_password_whole(url: str) -> None:
    judge_broker(url)
    found = Connection(address_of(url).url)
    assert (found.hostname, found.password) == ("um", "a;b")


@pytest.mark.parametrize("url", [*BAD, *BAD_OF_REDIS])
def test_what_is_none_is_refused_without_a_word_of_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"endereço|opção|required") as told:
        judge_broker(url)
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("url", [*BAD_OF_REDIS, f"amqp://u:{SECRET}@um/v"])
def test_rabbitmq_is_no_redis(url: str) -> None:
    with pytest.raises(ValueError, match=r"Redis|Sentinel") as told:
        judge_redis(url)
    assert SECRET not in str(told.value)


def test_sentinels_are_asked_with_words_of_their_own() -> None:
    found = address_of("sentinels://eu:um%40a@s1,s2:2/mestre?sentinel_password=dois", Path("/ca.pem"))
    assert isinstance(found, SentinelAddress)
    assert (found.nodes, found.master, found.database) == ((("s1", 26379), ("s2", 2)), "mestre", "0")
    assert found.who == {"username": "eu", "password": "um@a"}  # pragma: allowlist secret
    told = found.asks["sentinel_kwargs"]
    assert (told["password"], told["ssl"], told["ssl_ca_certs"]) == ("dois", True, "/ca.pem")
    assert found.client().connection_pool.connection_kwargs["ssl_cert_reqs"] == ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("query", "tls"),
    [
        ("", {"cert_reqs": ssl.CERT_REQUIRED, "ca_certs": "/ca.pem", "server_hostname": "um"}),
        ("?ssl_check_hostname=false", {"cert_reqs": ssl.CERT_REQUIRED, "ca_certs": "/ca.pem"}),
        ("?ssl_cert_reqs=none&ssl_ca_certs=/b.pem", {"cert_reqs": ssl.CERT_NONE, "ca_certs": "/b.pem"}),
    ],
)
def test_rabbitmq_is_verified_unless_its_address_says_otherwise(query: str, tls: dict[str, object]) -> None:
    found = address_of(f"amqps://um/v{query}", broker_ca=Path("/ca.pem"))
    assert isinstance(found, AmqpAddress)
    assert found.tls == tls
    assert address_of("amqp://um/v", broker_ca=Path("/ca.pem")).tls == {}
