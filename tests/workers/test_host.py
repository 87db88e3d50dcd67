"""Each worker looks after its own host: a killed process costs an interval, wherever `default` is worked on."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.deliveries import SECRET, deliveries, fire, webhook
from support.ports import SOON_SECONDS, wait_until

from core import messages
from sandbox import faults
from sandbox.receiver import ReceiverServer
from workers import host
from workers.layout import one_per_family

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
WORKERS = {worker.name: worker for worker in one_per_family()}
ON_HOST = ROOT / "tests" / "support" / "on_host.py"


@contextmanager
def running(name: str, machine: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker of the product's table on a machine of that name; it is ready when the block begins."""
    command = [sys.executable, str(ON_HOST), machine, *WORKERS[name].arguments()]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def holders() -> set[str]:
    """Return the hosts that hold deliveries."""
    return {row.lease_token.partition("|")[0] for row in deliveries() if row.lease_token}


@pytest.fixture
def mute(postgres: str, broker: str, loopback: None) -> Iterator[ReceiverServer]:
    """A receiver that takes each request and never answers."""
    with ReceiverServer({"/x": SECRET}) as receiver:
        receiver.faults.always(faults.silent(), key="/x")
        webhook(f"{receiver.url}/x")
        yield receiver


def test_what_a_killed_worker_held_is_given_back_by_its_neighbour(mute: ReceiverServer) -> None:
    with running("geral", "maquina-a"), running("ntfy", "maquina-b"), running("entregas", "maquina-b") as killed:
        wait_until(lambda: children(killed.pid))
        fire()
        assert mute.wait_for(lambda: mute.requests)
        assert holders() == {"maquina-b"}
        killed.send_signal(signal.SIGKILL)
        wait_until(lambda: not holders(), seconds=SOON_SECONDS + 2 * host.EVERY_SECONDS)


def test_the_process_that_takes_the_place_of_a_killed_one_gives_back_at_once(mute: ReceiverServer) -> None:
    with running("geral", "maquina-a"), running("entregas", "maquina-b") as worker:
        wait_until(lambda: children(worker.pid))
        fire()
        assert mute.wait_for(lambda: mute.requests)
        for child in children(worker.pid):
            os.kill(child, signal.SIGKILL)
        wait_until(lambda: not holders(), seconds=SOON_SECONDS + 2 * host.EVERY_SECONDS)
        # The sweep of the other machine asks for it again, long before the lease would have ended.
        messages.send("entregas.varrer")
        assert mute.wait_for(lambda: len(mute.requests) > 1)


def test_nobody_gives_back_what_another_host_holds(mute: ReceiverServer) -> None:
    with running("entregas", "maquina-b") as worker:
        wait_until(lambda: children(worker.pid))
        fire()
        assert mute.wait_for(lambda: mute.requests)
    assert host.give_back() == 0
    assert holders() == {"maquina-b"}
