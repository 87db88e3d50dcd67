"""One shop down is one message, not forty."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Configure
from support.boxes import box, events, opened, rounds, told, with_boxes

from core.clock import FixedClock
from core.settings.sat import BoxSettings
from flows.sat import boxes, check, silences
from flows.sat.shops import shops
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.sat_wire import status_line

T0 = datetime(2030, 3, 4, 15, tzinfo=UTC)
LOJA = "loja:12"


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(everywhere=True) as running:
        yield running


@pytest.fixture
def other() -> Iterator[HubServer]:
    with HubServer(everywhere=True) as running:
        yield running


def shop(hub: HubServer, amount: int, **more: object) -> list[dict[str, object]]:
    """Return so many boxes of one shop."""
    return [box(hub, f"pdv-{n}", n, loja="12", **more) for n in range(amount)]


def test_forty_boxes_of_one_shop_that_is_down_are_one_message_and_its_end_is_one(
    hub: HubServer, configure: Configure, banco: str
) -> None:
    with_boxes(configure, *shop(hub, 40))
    hub.faults.always(faults.reset())
    clock = rounds(5)
    assert told() == [("alerta_aberto", LOJA, "inalcancavel")]
    assert "Nenhuma das 40 caixas da loja 12" in events()[0][1]["mensagem"]
    assert len(opened()) == 41
    hub.faults.clear()
    rounds(2, clock)
    assert told()[1:] == [("alerta_resolvido", LOJA, "inalcancavel")]
    assert events()[-1][1]["mensagem"] == "Resolvido: Caixas da loja 12 respondem de novo."
    assert opened() == []


def test_a_box_that_still_fails_when_its_shop_is_back_is_told_by_itself(
    hub: HubServer, configure: Configure, banco: str
) -> None:
    with_boxes(configure, *shop(hub, 4))
    hub.faults.always(faults.reset())
    clock = rounds(4)
    hub.faults.clear()
    hub.faults.always(faults.reset(), key=2)
    rounds(2, clock)
    assert told()[1:] == [
        ("alerta_resolvido", LOJA, "inalcancavel"),
        ("alerta_aberto", "pdv-2", "inalcancavel"),
    ]


def test_one_box_of_a_shop_that_answers_is_told_by_itself(hub: HubServer, configure: Configure, sqlite: str) -> None:
    with_boxes(configure, *shop(hub, 3))
    hub.faults.always(faults.reset(), key=1)
    rounds(4)
    assert told() == [("alerta_aberto", "pdv-1", "inalcancavel")]


def test_a_shop_of_several_hubs_is_one_message_with_its_labels(
    hub: HubServer, other: HubServer, configure: Configure, banco: str
) -> None:
    labels = {"loja": "12", "uf": "CE"}
    with_boxes(
        configure,
        *(box(server, f"{side}-{n}", n, **labels) for side, server in (("a", hub), ("b", other)) for n in range(3)),
    )
    for server in (hub, other):
        server.faults.always(faults.reset())
    clock = rounds(4)
    assert told() == [("alerta_aberto", LOJA, "inalcancavel")]
    assert (events()[0][1]["loja"], events()[0][1]["uf"]) == ("12", "CE")
    other.faults.clear()
    rounds(2, clock)
    assert told()[1] == ("alerta_resolvido", LOJA, "inalcancavel")
    assert sorted(told()[2:]) == [("alerta_aberto", f"a-{n}", "inalcancavel") for n in range(3)]


def test_conditions_of_the_boxes_are_told_while_their_shop_is_down(
    hub: HubServer, configure: Configure, sqlite: str
) -> None:
    with_boxes(configure, *shop(hub, 3))
    hub.program(1, lambda sessao: status_line(sessao, ESTADO_OPERACAO=1))
    clock = rounds(1)
    assert told() == [("alerta_aberto", "pdv-1", "bloqueado")]
    hub.faults.always(faults.reset())
    rounds(4, clock)
    assert told()[1:] == [("alerta_aberto", LOJA, "inalcancavel")]


def test_a_silent_box_is_no_witness(hub: HubServer, configure: Configure, sqlite: str) -> None:
    with_boxes(configure, *shop(hub, 3))
    boxes.prepare()
    silences.silenciar("pdv-0", "2099-01-01")
    hub.faults.always(faults.reset(), key=1)
    hub.faults.always(faults.reset(), key=2)
    rounds(4)
    assert told() == [("alerta_aberto", LOJA, "inalcancavel")]


def test_a_shop_that_closes_while_it_is_down_is_still_one_message(
    hub: HubServer, configure: Configure, banco: str
) -> None:
    with_boxes(configure, *shop(hub, 6, opening_hours=["seg-sab 08:00-22:00"]))
    hub.faults.always(faults.reset())
    clock = rounds(4, FixedClock(T0))
    assert told() == [("alerta_aberto", LOJA, "inalcancavel")]
    clock.instant = T0 + timedelta(days=6)
    rounds(3, clock)
    assert len(told()) == 1
    clock.instant = T0 + timedelta(days=7)
    rounds(3, clock)
    assert len(told()) == 1
    hub.faults.clear()
    rounds(2, clock)
    assert [event for event, objeto, _ in told() if objeto == LOJA] == ["alerta_aberto", "alerta_resolvido"]
    assert [objeto for _, objeto, codigo in told() if codigo == "inalcancavel" and objeto.startswith("pdv")] == []


def test_shops_that_are_gone_leave_no_alert(hub: HubServer, configure: Configure, sqlite: str) -> None:
    with_boxes(configure, *shop(hub, 3))
    hub.faults.always(faults.reset())
    rounds(4)
    with_boxes(configure, *shop(hub, 1))
    boxes.prepare(leaving=True)
    assert opened() == [("pdv-0", "inalcancavel")]
    check.verificar("pdv-0")
    assert told()[-1] == ("alerta_aberto", "pdv-0", "inalcancavel")


def test_the_shops_of_some_boxes_are_those_with_several() -> None:
    given = [BoxSettings(name=f"b{n}", host=f"10.0.0.{n}", loja="7" if n < 2 else str(n)) for n in range(4)]
    assert [(shop.loja.objeto, shop.loja.caixas) for shop in shops(given)] == [("loja:7", 2)]
