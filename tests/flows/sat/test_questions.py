"""A hub is asked one thing at a time, whatever its boxes are called, and a deadline counts from the turn."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from aiohttp import web
from conftest import Configure
from sqlalchemy import select
from support.boxes import box, rounds, row, told, with_boxes

from claims.holder import host, new_token
from core.clock import SYSTEM, FixedClock
from flows.sat import boxes, check, findings
from flows.sat.known_boxes import configured
from flows.sat.outcome import Asked, Verificacao
from flows.sat.questions import Question, claim, give_back
from flows.sat.rows import recover
from sandbox import faults
from sandbox.faults import Usual
from sandbox.hub import HubServer
from storage.models.sat import SatEndereco
from storage.session import reading, transaction


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(everywhere=True) as running:
        yield running


def at(hub: HubServer, name: str, number: int) -> dict[str, object]:
    """Return a box at one of the hub's addresses, whichever till asks."""
    return box(hub, name, 1, host=hub.address(number))


def due(clock: FixedClock, token: str | None = None) -> list[Question]:
    with transaction() as db:
        return claim(db, configured(), 10, token or new_token(), clock)


def back(questions: list[Question], clock: FixedClock) -> None:
    with transaction() as db:
        give_back(db, questions, clock.now())


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SYSTEM.now() + timedelta(seconds=1))


def test_a_box_that_is_renamed_while_it_is_asked_waits_for_its_turn(
    hub: HubServer, configure: Configure, banco: str, clock: FixedClock
) -> None:
    with_boxes(configure, at(hub, "antiga", 1))
    boxes.prepare(clock)
    (asking,) = due(clock)
    with_boxes(configure, at(hub, "nova", 1))
    boxes.prepare(clock)
    assert due(clock) == []
    assert row("nova").lease_token is None
    back([asking], clock)
    clock.advance(1)
    assert [one.box.name for one in due(clock)] == ["nova"]


def test_boxes_that_trade_addresses_while_they_are_asked_wait_for_each_other(
    hub: HubServer, configure: Configure, banco: str, clock: FixedClock
) -> None:
    with_boxes(configure, at(hub, "a", 1), at(hub, "b", 2))
    boxes.prepare(clock)
    asking = due(clock)
    back([one for one in asking if one.box.name == "a"], clock)
    with_boxes(configure, at(hub, "a", 2), at(hub, "b", 1))
    boxes.prepare(clock)
    assert [one.box.name for one in due(clock)] == ["b"]
    back([one for one in asking if one.box.name == "b"], clock)
    clock.advance(1)
    assert [one.box.name for one in due(clock)] == ["a"]


def test_what_a_changed_box_answered_before_is_not_told(
    hub: HubServer, configure: Configure, banco: str, clock: FixedClock
) -> None:
    with_boxes(configure, at(hub, "a", 1))
    boxes.prepare(clock)
    (asking,) = due(clock)
    with_boxes(configure, at(hub, "a", 2))
    boxes.prepare(clock)
    with transaction() as db:
        assert (
            findings.write(
                db, [Asked(asking, Verificacao("a", "parada", "código recusado"))], configured(), clock.now()
            )
            == {}
        )
    assert (row("a").parada, row("a").resultado, told()) == (False, None, [])
    assert len(due(clock)) == 1


def test_an_address_that_nobody_has_any_more_is_forgotten_once_it_is_free(
    hub: HubServer, configure: Configure, sqlite: str, clock: FixedClock
) -> None:
    with_boxes(configure, at(hub, "a", 1), at(hub, "b", 2))
    boxes.prepare(clock, leaving=True)
    asking = due(clock)
    with_boxes(configure, at(hub, "a", 1))
    boxes.prepare(clock, leaving=True)
    assert addresses() == sorted(f"{hub.address(n)}:{hub.port}" for n in (1, 2))
    back(asking, clock)
    with_boxes(configure, at(hub, "a", 1), at(hub, "c", 3))
    boxes.prepare(clock, leaving=True)
    assert addresses() == sorted(f"{hub.address(n)}:{hub.port}" for n in (1, 3))


def addresses() -> list[str]:
    with reading() as db:
        return sorted(db.scalars(select(SatEndereco.endereco)))


def test_what_a_killed_process_held_is_free_at_once_its_address_too(
    hub: HubServer, configure: Configure, banco: str, clock: FixedClock
) -> None:
    with_boxes(configure, at(hub, "a", 1))
    boxes.prepare(clock)
    due(clock, f"{host()}|999999999|1|morto")
    assert due(clock) == []
    assert recover(clock) == 2
    assert len(due(clock)) == 1


def test_rows_of_before_there_were_addresses_get_theirs(
    hub: HubServer, configure: Configure, sqlite: str, clock: FixedClock
) -> None:
    with_boxes(configure, at(hub, "a", 1))
    boxes.prepare(clock)
    with transaction() as db:
        db.query(SatEndereco).delete()
    assert [one.resultado for one in check.verificar_vencidas(clock)] == ["ok"]


def one_at_a_time(seconds: float) -> faults.Fault:
    """Answer as a real hub: one question after the other, each after so long."""
    turn = asyncio.Lock()

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        async with turn:
            await asyncio.sleep(seconds)
            return await answer()

    return act


def test_thirteen_tills_of_one_healthy_slow_hub_are_one_box_and_no_alert(
    hub: HubServer, configure: Configure, banco: str
) -> None:
    hub.faults.always(one_at_a_time(0.3))
    with_boxes(configure, *(box(hub, f"pdv-{n:02}", n, host=hub.host) for n in range(13)))
    clock = rounds(4)
    assert told() == []
    assert (hub.count(0), sum(hub.count(n) for n in range(13))) == (4, 4)
    assert {found.caixa for found in check.verificar_vencidas(clock)} == {"pdv-00"}


def test_processes_that_ask_one_hub_under_two_names_take_turns(
    hub: HubServer, configure: Configure, banco: str
) -> None:
    hub.faults.always(faults.slow(0.4))
    with_boxes(configure, at(hub, "antiga", 1))
    boxes.prepare()
    results: list[str] = []
    code = "from flows.sat.check import verificar; print(verificar('antiga').resultado)"
    ask = [sys.executable, "-c", code]
    first = threading.Thread(
        target=lambda: results.append(subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip())
    )
    first.start()
    assert hub.wait_for(lambda: hub.count(1) == 1)
    with_boxes(configure, at(hub, "nova", 1))
    results.append(check.verificar("nova").resultado)
    first.join()
    assert sorted(results) == ["ok", "ok"]
    assert hub.max_simultaneas[1] == 1
