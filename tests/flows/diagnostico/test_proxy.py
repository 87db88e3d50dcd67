"""Whether the way out is open."""

import pytest
from conftest import Configure
from support.ports import free_port
from support.proxy import connect_proxy

from core.checks import FAULT, OK
from flows.diagnostico.proxy import proxy


def test_without_a_proxy_nothing_is_told() -> None:
    assert list(proxy()) == []


def test_a_proxy_that_takes_connections_is_well(configure: Configure) -> None:
    with connect_proxy() as running:
        configure(proxy__url=running.url)
        assert [(one.situacao, one.detalhe) for one in proxy()] == [(OK, f"127.0.0.1:{running.port}")]


@pytest.mark.parametrize("host", ["127.0.0.1", "proxy.invalid"])
def test_one_that_is_down_is_told(configure: Configure, host: str) -> None:
    configure(proxy__url=f"http://{host}:{free_port()}")
    (found,) = proxy()
    assert found.situacao == FAULT
    assert f"{host}:" in found.detalhe
