"""A worker of threads, as it is on Windows, on this system: it does its work and ends in order."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.deliveries import SECRET, deliveries, fire, webhook
from support.ports import wait_until

from sandbox.receiver import ReceiverServer
from workers.layout import one_machine

pytestmark = pytest.mark.slow


@pytest.fixture
def receiver(loopback: None) -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


def test_a_worker_of_threads_delivers_and_ends_by_itself(
    sqlite: str, broker: str, receiver: ReceiverServer, tmp_path: Path
) -> None:
    urgent = one_machine()[0]
    command = [sys.executable, "-m", "workers.run", "-A", "workers", "worker", "-Q", urgent.carries]
    options = ["-n", "fios@%h", "-P", "threads", "-c", "4", "-l", "WARNING", "--without-gossip", "--without-mingle"]
    log = (tmp_path / "log").open("w+b")
    with log, subprocess.Popen([*command, *options], stdout=log, stderr=subprocess.STDOUT) as worker:
        try:
            destino = webhook(f"{receiver.url}/x")
            assert destino
            fire(20)
            wait_until(lambda: {one.estado for one in deliveries()} == {"entregue"})
            # a row that a dead process of this host held is given back by its look-out
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(120) == 0
        finally:
            worker.kill()
        log.seek(0)
        said = log.read().decode()
    assert len(receiver.ids) == 20
    assert "Traceback" not in said, said
