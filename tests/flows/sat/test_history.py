"""The changes of a box are kept, and only the changes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Configure
from support.boxes import box, rounds, with_boxes

from core.clock import FixedClock
from core.errors import NotFound
from flows import retencao
from flows.sat.views import history
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.sat_wire import VAZIA, status_line


@pytest.fixture
def hub(configure: Configure, banco: str) -> Iterator[HubServer]:
    with HubServer(everywhere=True) as running:
        with_boxes(configure, box(running, "loja-1", 1))
        running.program(1, lambda sessao: status_line(sessao, ULTIMO_CF_E_SAT=VAZIA, agora=clock.now()))
        clock = rounds(0)
        yield running


def seen() -> list[tuple[str, int | None, str]]:
    return [(one.resultado, one.estado_operacao, ",".join(one.alertas)) for one in reversed(history("loja-1").itens)]


def steady(hub: HubServer, clock: FixedClock, **fields: object) -> None:
    hub.program(1, lambda sessao: status_line(sessao, agora=clock.now(), **fields))  # type: ignore[arg-type]


def test_each_change_is_one_row(hub: HubServer) -> None:
    clock = rounds(0)
    steady(hub, clock, ULTIMO_CF_E_SAT=VAZIA)
    rounds(3, clock)
    steady(hub, clock, ULTIMO_CF_E_SAT=VAZIA, ESTADO_OPERACAO=1)
    rounds(3, clock)
    hub.faults.always(faults.reset())
    rounds(4, clock)
    hub.faults.clear()
    steady(hub, clock, ULTIMO_CF_E_SAT=VAZIA)
    rounds(2, clock)
    assert seen() == [
        ("ok", 0, ""),
        ("ok", 1, "bloqueado"),
        ("inalcancavel", None, "bloqueado"),
        ("inalcancavel", None, "bloqueado,inalcancavel"),
        ("ok", 0, ""),
    ]
    assert "encerrou a conexão" in (history("loja-1").itens[1].erro or "")


def test_old_changes_go(hub: HubServer) -> None:
    clock = rounds(1)
    clock.advance(366 * 86_400)
    assert retencao.limpar(clock).rows["historico"] == 1
    assert seen() == []
    clock.instant -= timedelta(days=1)
    assert retencao.limpar(clock).rows["historico"] == 0


def test_of_a_box_that_nobody_knows_there_is_none(hub: HubServer) -> None:
    with pytest.raises(NotFound, match="Seria 'loja-1'"):
        history("loja-l")
