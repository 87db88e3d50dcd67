"""Items of dead workers come back; a ledger of somebody else is asked by processes that do its work, and no others."""

import pytest
from support.processes import dead_token

from flows.sync.ledger import mongo_client
from flows.sync.ledger.item import CLIENTES, New
from flows.sync.upkeep import UPKEEP
from tests.flows.sync.conftest import World
from workers import host


def test_items_of_a_dead_worker_come_back_by_a_process_that_carries_the_queue(world: World) -> None:
    now = world.clock.now()
    world.ledger.owe([New(livro=CLIENTES, fluxo="clientes-pm", chave="1")], now)
    assert world.ledger.claim(1, now, 3600, dead_token())
    assert not world.ledger.claim(1, now, 60, "a|1|1|x")
    host.look(world.clock, {"sync": UPKEEP}, carried=["sync"])
    assert world.ledger.claim(1, now, 60, "a|1|1|x")


@pytest.mark.parametrize("livro", ["mongo"], indirect=True)
def test_a_process_that_does_not_carry_the_queue_asks_no_ledger_of_somebody_else(world: World) -> None:
    mongo_client.close()
    host.look(world.clock, {"sync": UPKEEP}, carried=["fila"])
    assert not mongo_client._open
