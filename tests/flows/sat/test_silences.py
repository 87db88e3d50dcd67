"""Silence by hand, maintenance windows, and what an operator may type for an instant."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Configure
from support.boxes import box, opened, rounds, told, with_boxes

from core.clock import SYSTEM, FixedClock
from core.errors import UsageError
from flows.alertas.reminding import remind
from flows.sat import check, silences
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.sat_wire import status_line

# A Monday, noon in São Paulo.
NOON = datetime(2030, 3, 4, 15, tzinfo=UTC)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(everywhere=True) as running:
        yield running


def blocked(hub: HubServer, agora: datetime) -> None:
    hub.program(1, lambda sessao: status_line(sessao, agora=agora, ESTADO_OPERACAO=1))


def told_codes() -> list[str]:
    return [codigo for _, _, codigo in told()]


def test_of_a_silent_box_nothing_is_told_until_the_silence_ends(
    hub: HubServer, configure: Configure, banco: str
) -> None:
    with_boxes(configure, box(hub, "loja-1", 1))
    blocked(hub, NOON)
    clock = FixedClock(NOON)
    assert silences.silenciar("loja-1", "14:00", clock) == NOON + timedelta(hours=2)
    check.verificar_vencidas(clock)
    assert opened() == [("loja-1", "bloqueado")]
    assert told() == []
    clock.advance(2 * 3600)
    blocked(hub, clock.now())
    check.verificar_vencidas(clock)
    assert told_codes() == ["bloqueado"]


def test_a_silence_can_be_ended(hub: HubServer, configure: Configure, sqlite: str) -> None:
    with_boxes(configure, box(hub, "loja-1", 1))
    silences.silenciar("loja-1", "2099-12-31")
    assert silences.silenced_objects(SYSTEM.now()) == [("sat", "loja-1")]
    silences.silenciar("loja-1", None)
    assert silences.silenced_objects(SYSTEM.now()) == []


def test_a_silent_box_is_not_reminded_of(hub: HubServer, configure: Configure, sqlite: str) -> None:
    with_boxes(configure, box(hub, "loja-1", 1))
    hub.faults.always(faults.reset())
    clock = rounds(4)
    clock.advance(48 * 3600)
    silences.silenciar("loja-1", "2099-12-31")
    assert remind(clock, silences.silenced_objects(clock.now())) == 0
    assert remind(clock) == 1


@pytest.mark.parametrize(
    "maintenance", [["2030-03-04 11:00/2030-03-04 13:00"], ["seg 11:00-13:00"], ["dom", "seg 11:00-13:00"]], ids=str
)
def test_in_maintenance_nothing_is_told_and_what_is_left_is_told_afterwards(
    hub: HubServer, configure: Configure, banco: str, maintenance: list[str]
) -> None:
    with_boxes(configure, box(hub, "loja-1", 1, maintenance=maintenance))
    hub.faults.always(faults.reset())
    clock = FixedClock(NOON)
    rounds(5, clock)
    assert (opened(), told()) == ([("loja-1", "inalcancavel")], [])
    clock.advance(3600)
    check.verificar_vencidas(clock)
    assert told_codes() == ["inalcancavel"]


def test_the_windows_are_on_the_clock_of_the_shop(hub: HubServer, configure: Configure, sqlite: str) -> None:
    acre = box(hub, "acre", 1, timezone="America/Rio_Branco", maintenance=["seg 11:00-13:00"])
    with_boxes(configure, acre, box(hub, "sp", 2, maintenance=["seg 11:00-13:00"]))
    assert silences.silenced_objects(NOON) == [("sat", "sp")]
    assert silences.silenced_objects(NOON + timedelta(hours=2)) == [("sat", "acre")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13:30", NOON + timedelta(minutes=90)),
        ("11:00", NOON + timedelta(hours=23)),
        ("2030-03-05", datetime(2030, 3, 5, 3, tzinfo=UTC)),
        ("2030-03-04T13:00", NOON + timedelta(hours=1)),
        ("2030-03-04T16:00:00+00:00", NOON + timedelta(hours=1)),
    ],
)
def test_until_when(hub: HubServer, configure: Configure, sqlite: str, text: str, expected: datetime) -> None:
    with_boxes(configure, box(hub, "loja-1", 1))
    assert silences.silenciar("loja-1", text, FixedClock(NOON)) == expected


@pytest.mark.parametrize("text", ["ontem", "", "25:00", "2030-03-04T11:00", "2030-02-30", "9999999"])
def test_until_an_instant_that_is_none_or_past(hub: HubServer, configure: Configure, sqlite: str, text: str) -> None:
    with_boxes(configure, box(hub, "loja-1", 1))
    with pytest.raises(UsageError):
        silences.silenciar("loja-1", text, FixedClock(NOON))
