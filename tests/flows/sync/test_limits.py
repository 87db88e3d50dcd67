"""Many at once, under a limit of requests."""

import threading

import pytest

from claims.pace import SharedPace
from core.pace import Budget
from tests.flows.sync.conftest import Configure, World

# Twice what the other side takes in a minute.
MANY = 250


@pytest.fixture
def livro() -> str:
    """Where the ledger stands makes no difference to the pace."""
    return ""


def test_a_burst_is_sent_within_the_limit_and_nobody_is_refused(world: World, configure: Configure) -> None:
    """The limit of the other side is by its own clock, ours by the same: one that moves when somebody waits."""
    configure(milvus__per_minute="100", ploomes__per_minute="100")
    for server in (world.ploomes, world.milvus):
        server.throttle.per_minute = 120
    for _ in range(MANY):
        world.contact()
    lock = threading.Lock()

    def sleep(seconds: float) -> None:
        with lock:
            world.clock.advance(seconds)

    def pace(*budgets: Budget) -> SharedPace:
        return SharedPace(*budgets, clock=world.clock, sleep=sleep)

    reports = [world.run("clientes-pm", pace=pace) for _ in range(2)]
    assert sum(one.criados for one in reports) == len(world.milvus.clientes) == MANY
    assert world.milvus.throttle.refused == world.ploomes.throttle.refused == 0
