"""Whatever way leads to a box, a fault names the box, keeps its kind and what it knows, and shows no code."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.base.faults import Overloaded, Refused
from connectors.sat.client import ClienteCaixa, consultar_status, extrair_logs
from connectors.sat.status import Busy, InvalidAnswer
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.settings.sat import BoxSettings
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.sat_wire import refusal_line

CODE = "codigo-1234"


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as running:
        yield running


def box(hub: HubServer) -> BoxSettings:
    fields = {"name": "loja-1", "host": hub.host, "port": hub.port, "activation_code": CODE}
    return BoxSettings.model_validate(fields)


def fault_of(settings: BoxSettings) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        asyncio.run(consultar_status(settings, 1))
    return caught.value


def test_a_fault_keeps_what_the_answer_said(hub: HubServer) -> None:
    hub.faults.always(faults.status(429, headers={"Retry-After": "7"}))
    found = fault_of(box(hub))
    assert isinstance(found, Overloaded)
    assert (found.status, found.retry_after, found.may_be_stored) == (429, 7.0, False)
    hub.faults.always(faults.status(404))
    found = fault_of(box(hub))
    assert isinstance(found, Refused)
    assert found.status == 404


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (refusal_line("10098", "Ocupado"), Busy),
        (refusal_line("10001", "Código errado"), Misconfigured),
        (refusal_line("10099", "Erro"), Transient),
        (refusal_line("10050", f"Código {CODE} recusado\x1b[31m"), Rejected),
        ("lixo", InvalidAnswer),
    ],
)
def test_a_refusal_is_told_with_its_box_and_without_its_code(
    hub: HubServer, line: str, kind: type[PlatformError]
) -> None:
    hub.program(1, line)
    found = fault_of(box(hub))
    assert type(found) is kind
    assert str(found).startswith("Caixa loja-1: ")
    assert str(found)[14].islower()
    assert str(found).isprintable()
    assert CODE not in str(found) + repr(found)


def test_a_log_that_is_refused_is_told_with_its_box(hub: HubServer, tmp_path: Any) -> None:
    hub.program(1, refusal_line("15002", "em andamento"), "ExtrairLogs")
    with (tmp_path / "log").open("wb") as saida, pytest.raises(Busy, match=r"Caixa loja-1: .*15002"):
        asyncio.run(extrair_logs(box(hub), 1, saida))


def test_a_box_is_a_client_as_satcfe_has_one(hub: HubServer) -> None:
    assert ClienteCaixa(box(hub), 7).consultar_status_operacional().EEEEE == "10000"
