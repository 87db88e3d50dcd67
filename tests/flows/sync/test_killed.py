"""Workers that are killed and ledgers whose answers are lost: nothing is missing, nothing is there twice."""

import random
from collections.abc import Iterator

import pytest
from support.forked import Forked
from support.losing import Cutter
from support.mongo import MongoServer
from support.ports import wait_until

from core.clock import SYSTEM
from flows.sync import upkeep
from tests.flows.sync.conftest import Configure, World
from tests.flows.sync.test_breaking import everything_once, full

WORK = """
from core.settings.sync import FLOWS
from flows.sync.run import run
while True:
    for fluxo in FLOWS:
        run(fluxo, "padrao")
"""
KILLS = 3


def posted(world: World) -> int:
    return sum(
        amount
        for server in (world.ploomes, world.milvus)
        for route, amount in server.requests.items()
        if route.startswith("POST")
    )


def test_workers_that_are_killed_at_any_moment_leave_nothing_missing_and_nothing_twice(world: World) -> None:
    # the workers have the clock of this machine
    world.clock.instant = SYSTEM.now()
    full(world, 6)
    for _ in range(KILLS):
        # all of them together are fewer than there are requests to make
        enough = posted(world) + random.randint(1, 4)
        worker = Forked(WORK, knowing=("flows.sync.run",))
        try:
            wait_until(lambda: posted(world) >= enough, 60, 0.002)  # noqa: B023
        finally:
            worker.kill()
        upkeep.give_back(SYSTEM.now())
        upkeep.give_back_elsewhere(SYSTEM.now())
    world.clock.advance(3600)
    world.settled()
    everything_once(world)


class TestLostAnswers:
    """MongoDB does the work, and its answer does not arrive."""

    @pytest.fixture
    def cutter(self, mongo_server: MongoServer) -> Iterator[Cutter]:
        if mongo_server.real:
            pytest.skip("the port of the real one is not ours")
        cutter = Cutter(mongo_server.port)
        yield cutter
        cutter.close()

    @pytest.fixture
    def livro(self, mongo: str, mongo_server: MongoServer, cutter: Cutter) -> str:
        return mongo.replace(str(mongo_server.port), str(cutter.port))

    @pytest.mark.parametrize("word", [b"findAndModify", b"enviado", b"setOnInsert"])
    @pytest.mark.parametrize("times", [1, 9])
    def test_a_ticket_is_opened_once(
        self, world: World, configure: Configure, cutter: Cutter, word: bytes, times: int
    ) -> None:
        contact = world.contact()
        world.run("clientes-pm")
        world.task(contact)
        cutter.losing = [word] * times
        world.run("tarefas")
        assert cutter.lost >= 1
        cutter.losing = []
        world.clock.advance(3600)
        world.settled("tarefas")
        assert len(world.milvus.chamados) == 1
