"""A list of Milvus that takes longer than a run: what was read is sent, and the next run goes on where it ended."""

import pytest
from aiohttp import web

from claims.holder import new_token
from flows.sync import standing
from flows.sync.results import Report
from flows.sync.run import flow_of, whole
from flows.sync.sides import both
from flows.sync.under_way import Run
from sandbox.faults import Usual, status
from tests.flows.sync.conftest import Configure, World

NAMES = ("Abel", "Beto", "Caio", "Davi", "Eva", "Zeca", "Padaria 24h")
LISTING = "GET cliente/busca"
CAP = 3


@pytest.fixture(autouse=True)
def past_the_cap(world: World, configure: Configure) -> None:
    """More clients than a list has, whose pages do not turn."""
    configure(milvus__list_cap=str(CAP))
    world.milvus.quirks.clients.cap, world.milvus.quirks.clients.pages = CAP, "ignored"
    for name in NAMES:
        world.milvus.add_cliente(world.contact_free(), name)


def run_for(world: World, requests: int) -> Report:
    """Run the flow; its time is over when so many requests for the list were answered."""
    world.clock.advance(120)
    report, token, asked = Report("padrao", "clientes-mp"), new_token(), []
    held = standing.hold("padrao", "clientes-mp", token, world.clock.now(), 900)
    assert held is not None
    with both("padrao", clock=world.clock) as sides:
        run = Run(sides, flow_of("clientes-mp", sides), report, token, held)

        async def counted(request: web.Request, answer: Usual) -> web.StreamResponse:
            if "documento" not in request.query:
                asked.append(request.query.get("nome_fantasia"))
                if len(asked) == requests:
                    run.ends = 0.0
            return await answer()

        world.milvus.faults.always(counted, key=LISTING)
        whole(run, None)
    world.milvus.faults.clear(LISTING)
    standing.ended(held, token, report, None, world.clock)
    return report


def contacts(world: World) -> int:
    return len(world.ploomes.rows["Contacts"])


def test_what_was_read_is_sent_though_the_list_took_all_the_time(world: World) -> None:
    report = run_for(world, 12)
    assert report.restam
    assert report.criados == contacts(world) > 0
    assert report.continua


def test_the_next_runs_go_on_until_all_was_read(world: World) -> None:
    reports = [run_for(world, 12)]
    while reports[-1].restam and len(reports) < 100:
        reports.append(run_for(world, 12))
    assert contacts(world) == len(NAMES)
    assert 1 < len(reports) < 100
    # which a run that has not read all of it does not know
    assert reports[-1].parcial
    assert (reports[-1].continua, world.run("clientes-mp").parcial) == (None, False)


def test_the_flow_is_held_as_long_as_its_list_is_read(world: World) -> None:
    """Each answer takes minutes: together they take longer than a run is held without a sign of it."""
    rivals: list[object] = []

    async def slow(request: web.Request, answer: Usual) -> web.StreamResponse:
        world.clock.advance(400)
        rivals.append(standing.hold("padrao", "clientes-mp", new_token(), world.clock.now(), 300))
        return await answer()

    world.milvus.faults.always(slow, key=LISTING)
    report = world.run("clientes-mp")
    assert (report.estado, report.criados, report.restam) == ("bem", len(NAMES), False)
    assert set(rivals) == {None}


def test_a_run_that_breaks_off_goes_on_where_it_was(world: World) -> None:
    run_for(world, 12)
    world.milvus.faults.always(status(503), key=LISTING)
    assert world.run("clientes-mp").estado == "degradado"
    world.milvus.faults.clear(LISTING)
    reports = [world.run("clientes-mp") for _ in range(2)]
    assert reports[0].requisicoes < reports[1].requisicoes
