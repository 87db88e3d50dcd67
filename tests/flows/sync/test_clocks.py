"""A clock that was ahead for a while, and is right again."""

from datetime import timedelta

import pytest
from aiohttp import web

from claims.holder import new_token
from core.clock import FixedClock
from core.settings.sync import FLOWS
from flows.sync import standing
from flows.sync.run import run, run_due
from flows.sync.sending import THREADS
from flows.sync.sides import both
from sandbox.faults import Usual, status
from tests.flows.sync.conftest import Configure, World

MONTH = timedelta(days=30)


@pytest.fixture
def livro() -> str:
    """Where the ledger stands makes no difference to when a flow runs."""
    return ""


@pytest.fixture
def ahead(world: World) -> FixedClock:
    """A clock that is a month ahead; both systems have the right one."""
    return FixedClock(world.clock.now() + MONTH)


def test_every_flow_runs_in_its_next_turn(world: World, ahead: FixedClock) -> None:
    for fluxo in FLOWS:
        assert [one.estado for one in run_due(fluxo, ahead)] == ["bem"]
    contact = world.contact()
    for fluxo in FLOWS:
        assert [one.estado for one in run_due(fluxo, world.clock)] == ["bem"]
        assert run_due(fluxo, world.clock) == []
    assert world.documents_of_clients() == [contact["Register"]]


def test_what_came_late_is_looked_for_in_the_next_run(world: World, ahead: FixedClock) -> None:
    world.contact()
    assert run("clientes-pm", "padrao", clock=ahead).criados == 1
    world.contact(CreateDate="2026-07-14T06:00:00-03:00")
    assert world.run("clientes-pm").criados == 1


def test_a_first_run_does_not_pass_over_what_comes_until_then(
    world: World, configure: Configure, monkeypatch: pytest.MonkeyPatch, ahead: FixedClock
) -> None:
    monkeypatch.delenv("ESTEIRA_SYNC__START")
    configure()
    assert run("clientes-pm", "padrao", clock=ahead).lidos == 0
    contact = world.contact()
    assert world.run("clientes-pm").criados == 1
    assert world.documents_of_clients() == [contact["Register"]]


def test_a_first_reading_from_an_hour_to_come_begins_there(world: World, configure: Configure) -> None:
    configure(sync__start=(world.clock.now() + timedelta(hours=1)).isoformat())
    for _ in range(2):
        world.contact()
        assert world.run("clientes-pm").lidos == 0
    world.clock.advance(3600)
    contact = world.contact()
    world.run("clientes-pm")
    assert world.documents_of_clients() == [contact["Register"]]


def test_what_was_put_off_goes_in_the_next_run(world: World, ahead: FixedClock) -> None:
    contact = world.contact()
    world.milvus.faults.always(status(503))
    assert run("clientes-pm", "padrao", clock=ahead).criados == 0
    world.milvus.faults.clear()
    assert world.run("clientes-pm").criados == 1
    assert world.documents_of_clients() == [contact["Register"]]


def test_since_when_a_flow_fails_is_told_by_the_right_clock(world: World, ahead: FixedClock) -> None:
    world.ploomes.faults.always(status(401))
    assert run("clientes-pm", "padrao", clock=ahead).estado == "parado"
    assert world.run("clientes-pm").estado == "parado"
    since = world.clock.now()
    assert standing.rows()[0].falhando_desde == since
    assert world.run("clientes-pm").estado == "parado"
    assert standing.rows()[0].falhando_desde == since


def test_what_another_run_took_while_this_machine_was_suspended_is_not_sent_from_here(world: World) -> None:
    """Its monotonic clock stood still, so this run is not over; the leases of what it has in hand are."""
    for _ in range(3 * THREADS):
        world.contact()
    rivals: list[int] = []

    async def suspended(_: web.Request, answer: Usual) -> web.StreamResponse:
        if not rivals:
            world.clock.advance(2 * 3600)
            with both("padrao", clock=world.clock) as rival:
                taken = rival.ledger.claim(99, world.clock.now(), 3600, new_token(), fluxo="clientes-pm")
            rivals.append(len(taken))
        return await answer()

    world.milvus.faults.always(suspended, key="POST cliente/criar")
    world.run("clientes-pm")
    assert rivals == [3 * THREADS]
    assert len(world.documents_of_clients()) <= THREADS
