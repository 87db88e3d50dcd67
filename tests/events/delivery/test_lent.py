"""A drain that waits for a slow endpoint goes on behind its task: no worker is lost to it, and nothing else either."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.deliveries import SECRET, attempts, deliveries, destination, fire, webhook
from support.ports import wait_until

from core import loop
from events.delivery import drain as draining
from events.delivery.drain import Report, drain
from flows.entregas import delivering
from flows.entregas.draining import drain_one
from sandbox import faults
from sandbox.receiver import ReceiverServer
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")
ROOT = Path(__file__).parents[3]
SLOW = 0.8


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({f"/{name}": SECRET for name in ("lento", "bom")}) as running:
        running.faults.always(faults.slow(SLOW), key="/lento")
        yield running


def states() -> set[str]:
    return {row.estado for row in deliveries()}


def test_the_task_returns_and_the_outcome_is_written_all_the_same(banco: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/lento")
    fire(3)
    told: list[Report] = []
    began = time.monotonic()
    report = drain(destino, patience=0.1, then=told.append)
    assert time.monotonic() - began < SLOW
    assert (report.segue, report.feitas, told) == (True, 0, [])
    assert states() == {Estado.ENVIANDO}
    loop.finish(10)
    assert [(one.feitas, one.mais, one.segue) for one in told] == [(3, False, False)]
    assert states() == {Estado.ENTREGUE}
    assert destination(destino).lease_token is None


def test_the_slot_stays_taken_while_it_goes_on(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/lento")
    fire()
    assert drain(destino, patience=0.1).segue
    assert drain(destino).ocupado
    loop.finish(10)
    assert not drain(destino).ocupado
    assert len(receiver.requests) == 1


def test_others_are_served_meanwhile_by_the_same_process(sqlite: str, receiver: ReceiverServer) -> None:
    slow, good = webhook(f"{receiver.url}/lento"), webhook(f"{receiver.url}/bom", nome="bom")
    fire()
    assert drain(slow, patience=0.1).segue
    assert drain_one(good).entregues == 1
    assert deliveries(slow)[0].estado == Estado.ENVIANDO


def test_what_became_due_meanwhile_is_asked_for_at_the_end(
    sqlite: str, receiver: ReceiverServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr("events.wake.send", lambda destinos: woken.extend(destinos))
    destino = webhook(f"{receiver.url}/lento")
    fire()
    assert drain_one(destino).segue
    fire()
    woken.clear()
    loop.finish(10)
    assert woken == [(destino, "entregas.drenar")]


def test_at_the_end_of_a_process_no_request_begins_and_those_under_way_are_awaited(
    sqlite: str, receiver: ReceiverServer
) -> None:
    destino = webhook(f"{receiver.url}/lento")
    fire(40)
    assert drain(destino, patience=0.1).segue
    draining.end(10)
    assert len(receiver.requests) == 8
    assert sorted(row.estado for row in deliveries()) == [Estado.ENTREGUE] * 8 + [Estado.PENDENTE] * 32
    assert all(row.lease_token is None for row in deliveries())
    assert len(attempts()) == 8


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A worker with one process, as shipped otherwise."""
    command = [sys.executable, "-m", "celery", "-q", "-A", "workers", "worker", "-Q", "webhooks", "-c", "1"]
    process = subprocess.Popen([*command, "-l", "WARNING"], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def stop_warmly(process: subprocess.Popen[bytes], message_id: str) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0


def kill(process: subprocess.Popen[bytes], message_id: str) -> None:
    process.kill()
    process.wait()
    # its children end a moment later, and until then hold what they were sending
    wait_until(lambda: (delivering.deliver_now(message_id), states() == {Estado.ENTREGUE})[1], seconds=30)


@pytest.mark.slow
@pytest.mark.parametrize(("ended", "requests"), [(stop_warmly, 1), (kill, 2)])
def test_a_worker_that_ends_meanwhile_loses_nothing(
    sqlite: str,
    broker: str,
    receiver: ReceiverServer,
    ended: Callable[[subprocess.Popen[bytes], str], None],
    requests: int,
) -> None:
    receiver.faults.always(faults.slow(3), key="/lento")
    webhook(f"{receiver.url}/lento")
    with worker() as process:
        (message_id,) = fire()
        assert receiver.wait_for(lambda: receiver.requests, timeout=30)
        ended(process, message_id)
        wait_until(lambda: states() == {Estado.ENTREGUE}, seconds=20)
    assert len(receiver.requests) == requests
