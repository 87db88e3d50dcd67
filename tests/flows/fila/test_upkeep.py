"""What dead workers held comes back; the queue's database is asked by processes that do its work, and by no others."""

import pytest
from support.processes import dead_token

from core.clock import SYSTEM
from flows.fila import accounts, relay
from flows.fila.upkeep import UPKEEP
from tests.flows.fila.conftest import Queue
from workers import host


def test_rows_of_a_dead_worker_come_back_by_a_process_that_carries_the_queue(fila: Queue) -> None:
    fila.add(1)
    assert relay.claim(accounts.opened("padrao"), dead_token(), SYSTEM)
    host.look(of={"fila": UPKEEP}, carried=["fila", "sat"])
    assert fila.statuses == ["PENDENTE"]


@pytest.mark.parametrize("vazia", ["sqlite"], indirect=True)
def test_a_process_that_does_not_carry_the_queue_opens_no_session(fila: Queue) -> None:
    accounts.close()
    host.look(of={"fila": UPKEEP}, carried=["sat"])
    assert not accounts._open
