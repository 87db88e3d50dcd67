"""`rediss://` means the same for each part that talks to Redis: who cannot be verified gets no password."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from conftest import Configure
from flower.utils.broker import Broker as FlowerBroker
from kombu.exceptions import OperationalError
from redis import RedisError
from support.redis import RedisServer
from support.tls import TlsFront, tls_front

from core import bell
from core.celery_app import configuration
from core.checks import FAULT
from core.errors import Misconfigured, PlatformError
from core.redis_address import certificate_refused, redis_address
from core.settings.core import CoreSettings
from core.settings.load import get_settings
from flows.diagnostico import walk as diagnostico
from workers import broker

SECRET = "nao-mostre-isto"  # pragma: allowlist secret
VERIFIED = {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}


@pytest.mark.parametrize(
    ("url", "authority", "plain", "tls"),
    [
        ("redis://a:1/0", "/ca.pem", "redis://a:1/0", {}),
        ("rediss://:s@a:1/0", None, "rediss://:s@a:1/0", VERIFIED),
        ("rediss://a/0", "/ca.pem", "rediss://a/0", VERIFIED | {"ssl_ca_certs": "/ca.pem"}),
        (
            "rediss://a/0?ssl_ca_certs=/b.pem&db=1",
            "/ca.pem",
            "rediss://a/0?db=1",
            VERIFIED | {"ssl_ca_certs": "/b.pem"},
        ),
        ("rediss://a?ssl_check_hostname=false", None, "rediss://a", VERIFIED | {"ssl_check_hostname": False}),
        (
            "rediss://a?ssl_cert_reqs=CERT_NONE",
            None,
            "rediss://a",
            {"ssl_cert_reqs": ssl.CERT_NONE, "ssl_check_hostname": False},
        ),
    ],
)
def test_an_address_is_parted_from_its_options(
    url: str, authority: str | None, plain: str, tls: dict[str, Any]
) -> None:
    found = redis_address(url, Path(authority) if authority else None)
    assert (found.url, found.tls) == (plain, tls)


def test_an_unknown_demand_is_no_address() -> None:
    with pytest.raises(ValueError, match="required"):
        redis_address("rediss://a?ssl_cert_reqs=talvez")


def fresh_app() -> Celery:
    app = Celery("tls", set_as_current=False)
    app.conf.update(configuration(get_settings()))
    return app


def by_supervisor() -> None:
    given = broker.given(get_settings())
    assert given is not None
    broker.check(*given, CoreSettings.current())


def by_broker() -> None:
    with fresh_app().connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0).default_channel.client.ping()


def by_bell() -> None:
    assert bell.ring("ninguem", "") == 0


def by_flower() -> None:
    app = fresh_app()
    address = app.connection_for_write().as_uri(include_password=True)
    # as Flower itself asks, with the patience of a busy machine
    options = app.conf.broker_transport_options | {"socket_connect_timeout": 60, "socket_timeout": 60}
    asyncio.run(FlowerBroker(address, broker_use_ssl=app.conf.broker_use_ssl, broker_options=options).queues(["sat"]))


def by_diagnostico() -> None:
    found = {one.sistema: one for one in diagnostico.examine()}["broker"]
    if found.situacao == FAULT:
        raise ConnectionError(found.detalhe)


def assert_refused(part: Callable[[], None]) -> None:
    with pytest.raises((OSError, PlatformError, RedisError, OperationalError)) as refused:
        part()
    assert SECRET not in str(refused.value)
    assert certificate_refused(refused.value) or "certificado" in str(refused.value)


PARTS = [by_supervisor, by_broker, by_bell, by_flower, by_diagnostico]
Part = Callable[[], None]


@pytest.fixture
def front(tmp_path: Path, redis_server: RedisServer) -> Iterator[TlsFront]:
    with tls_front(tmp_path, redis_server.port) as running:
        yield running


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_who_cannot_be_verified_is_refused_and_gets_no_password(
    part: Part, front: TlsFront, configure: Configure, sqlite: str
) -> None:
    configure(core__redis_url=f"rediss://:{SECRET}@localhost:{front.port}/0")
    assert_refused(part)
    assert front.heard == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_with_the_authority_of_the_settings_every_part_connects(
    part: Part, front: TlsFront, configure: Configure, sqlite: str
) -> None:
    configure(core__redis_url=f"rediss://localhost:{front.port}/0", core__redis_ca=str(front.authority))
    part()
    assert front.heard


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_certificate_of_another_name_is_refused(
    part: Part, tmp_path: Path, redis_server: RedisServer, configure: Configure, sqlite: str
) -> None:
    with tls_front(tmp_path, redis_server.port, name="outro-nome") as front:
        configure(core__redis_url=f"rediss://:{SECRET}@localhost:{front.port}/0", core__redis_ca=str(front.authority))
        assert_refused(part)
        assert front.heard == []


def test_the_operator_reads_which_setting_helps(front: TlsFront, configure: Configure, sqlite: str) -> None:
    configure(core__redis_url=f"rediss://localhost:{front.port}/0")
    with pytest.raises(PlatformError, match=r"core\.redis_ca"):
        by_supervisor()
    found = {one.sistema: one for one in diagnostico.examine()}["broker"]
    assert "core.redis_ca" in found.correcao


@pytest.mark.parametrize(("text", "told"), [(None, "não existe"), ("isto não é PEM", "certificado em PEM")])
def test_a_file_of_authorities_that_cannot_be_read_is_told_as_that(
    text: str | None, told: str, tmp_path: Path, front: TlsFront, configure: Configure, sqlite: str
) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    configure(core__redis_url=f"rediss://localhost:{front.port}/0", core__redis_ca=str(path))
    with pytest.raises(Misconfigured, match=rf"ca\.pem.*{told}"):
        by_supervisor()
    found = {one.sistema: one for one in diagnostico.examine()}["broker"]
    assert told in found.detalhe
    assert "core.redis_ca" in found.correcao


@pytest.mark.parametrize("url", ["rediss://a/0?ssl_foo=1", "redis://a/0?ssl_cert_reqs=none", "redis://a/0?foo=1"])
def test_an_option_that_nobody_knows_is_told_by_the_setting(url: str, configure: Configure, sqlite: str) -> None:
    configure(core__redis_url=url)
    with pytest.raises(Misconfigured, match=r"core\.redis_url"):
        by_supervisor()
    found = {one.sistema: one for one in diagnostico.examine()}["broker"]
    assert "core.redis_url" in found.correcao
