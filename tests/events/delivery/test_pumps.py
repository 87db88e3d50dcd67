"""A pump goes on behind the message that woke it: no worker is lost to a slow endpoint, and nothing else either."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.deliveries import SECRET, attempts, deliveries, destination, fire, webhook
from support.ports import wait_until

from core import bell, loop
from events import wake
from events.delivery import pumps
from events.delivery.drain import drain
from flows.entregas import delivering
from flows.entregas.serving import serve
from sandbox import faults
from sandbox.receiver import ReceiverServer
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")
ROOT = Path(__file__).parents[3]
SLOW, TASK = 0.8, "entregas.drenar"


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({f"/{name}": SECRET for name in ("lento", "bom")}) as running:
        running.faults.always(faults.slow(SLOW), key="/lento")
        yield running
        pumps.end(60)


def states() -> set[str]:
    return {row.estado for row in deliveries()}


def delivered() -> bool:
    return states() == {Estado.ENTREGUE}


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    sent: list[tuple[str, list[int]]] = []
    monkeypatch.setattr("core.messages.send", lambda task, arguments, **_: sent.append((task, arguments[0])))
    return sent


def test_the_message_returns_and_the_outcome_is_written_all_the_same(banco: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/lento")
    fire(3)
    serve(TASK, [destino])
    assert not delivered()
    loop.finish(60)
    assert delivered()
    assert destination(destino).lease_token is None


def test_a_slow_one_keeps_nobody_waiting_in_the_same_process(banco: str, receiver: ReceiverServer) -> None:
    slow, good = webhook(f"{receiver.url}/lento"), webhook(f"{receiver.url}/bom", nome="bom")
    fire()
    serve(TASK, [slow])
    assert receiver.wait_for(lambda: receiver.requests)
    serve(TASK, [good])
    wait_until(lambda: {row.estado for row in deliveries(good)} == {Estado.ENTREGUE})
    assert deliveries(slow)[0].estado == Estado.ENVIANDO


def test_the_slot_stays_taken_while_it_goes_on(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/lento")
    fire()
    serve(TASK, [destino])
    assert receiver.wait_for(lambda: receiver.requests)
    assert drain(destino).ocupado
    loop.finish(60)
    assert not drain(destino).ocupado
    assert len(receiver.requests) == 1


def test_what_is_committed_while_a_pump_is_awake_is_taken_without_a_message(
    banco: str, broker: str, receiver: ReceiverServer, messages: list[tuple[str, list[int]]]
) -> None:
    destino = webhook(f"{receiver.url}/bom")
    fire()
    assert messages == [(TASK, [destino])]
    serve(TASK, [destino])
    name = wake.bell_of(TASK, "postgresql" if banco.startswith("postgresql") else "sqlite")
    wait_until(lambda: delivered() and bell.listeners(name) == 1)
    for _ in range(5):
        fire()
        wait_until(delivered)
    assert len(messages) == 1
    assert len(receiver.requests) == 6


def test_who_commits_while_everybody_sleeps_sends_a_message(
    banco: str,
    broker: str,
    receiver: ReceiverServer,
    messages: list[tuple[str, list[int]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pumps, "IDLE_SECONDS", 0.05)
    webhook(f"{receiver.url}/bom")
    for round_ in range(3):
        fire()
        assert len(messages) == round_ + 1
        serve(*messages[-1])
        loop.finish(60)
        assert delivered()
        name = wake.bell_of(TASK, "postgresql" if banco.startswith("postgresql") else "sqlite")
        wait_until(lambda name=name: bell.listeners(name) == 0)


def test_nothing_committed_at_the_moment_a_pump_falls_asleep_waits_for_a_sweep(
    banco: str, broker: str, receiver: ReceiverServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pumps, "IDLE_SECONDS", 0.02)
    # A worker gets the message at once.
    monkeypatch.setattr("core.messages.send", lambda task, arguments, **_: serve(task, arguments[0]))
    webhook(f"{receiver.url}/bom")
    for number in range(60):
        fire()
        wait_until(delivered, every=0.005 + number % 7 * 0.004)
    assert receiver.repeats == {}


def test_two_pumps_of_one_database_share_the_work_and_repeat_nothing(
    banco: str, broker: str, receiver: ReceiverServer, messages: list[tuple[str, list[int]]]
) -> None:
    destinos = [webhook(f"{receiver.url}/bom", nome=f"d{number}") for number in range(6)]
    fire(20)
    others = [pumps.Server(TASK) for _ in range(2)]
    for server in others:
        server.hint(destinos)
    wait_until(delivered)
    for server in others:
        server.stop()
    loop.finish(60)
    assert receiver.repeats == {} or max(receiver.repeats.values()) <= len(destinos)
    assert len(receiver.requests) == 120
    assert all(row.lease_token is None for row in deliveries())


def test_of_those_that_wake_at_once_one_listens_at_most(
    banco: str, broker: str, receiver: ReceiverServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commits keep whoever listens awake: several would serve each of them, for ever."""
    destinos = [webhook(f"{receiver.url}/bom", nome=f"d{number}") for number in range(4)]
    name = wake.bell_of(TASK, "postgresql" if banco.startswith("postgresql") else "sqlite")
    servers = [pumps.Server(TASK) for _ in range(4)]
    monkeypatch.setattr("core.messages.send", lambda task, arguments, **_: servers[0].hint(arguments[0]))

    def one_listens() -> bool:
        fire()
        wait_until(delivered)
        return bell.listeners(name) == 1

    for server in servers:
        server.hint(destinos)
    wait_until(one_listens, seconds=30)
    assert [one_listens() for _ in range(5)] == [True] * 5
    for server in servers:
        server.stop()
    loop.finish(10)


def test_one_that_does_not_keep_up_leaves_half_of_its_destinations_to_another_and_names_them(
    banco: str, broker: str, receiver: ReceiverServer, messages: list[tuple[str, list[int]]]
) -> None:
    receiver.faults.always(faults.slow(0.3), key="/bom")
    destinos = [webhook(f"{receiver.url}/bom", nome=f"d{number}") for number in range(6)]
    fire(100)
    messages.clear()
    busy, helper = pumps.Server(TASK), pumps.Server(TASK)
    busy.hint(destinos)
    wait_until(lambda: messages)
    receiver.faults.clear("/bom")
    task, named = messages[0]
    assert task == TASK
    assert len(named) <= 3
    assert set(named) < set(destinos)
    helper.hint(named)
    wait_until(delivered)
    for server in (busy, helper):
        server.stop()
    loop.finish(10)
    assert len(receiver.requests) == 600


def test_the_message_that_woke_one_stays_with_it_until_it_keeps_up(
    banco: str, broker: str, receiver: ReceiverServer, messages: list[tuple[str, list[int]]]
) -> None:
    destino = webhook(f"{receiver.url}/bom")
    fire(40)
    server = pumps.hint(TASK, [destino])
    assert not server.calm.is_set()
    wait_until(delivered)
    assert server.calm.wait(30)


def test_at_the_end_of_a_process_no_request_begins_and_those_under_way_are_awaited(
    banco: str, receiver: ReceiverServer
) -> None:
    destino = webhook(f"{receiver.url}/lento")
    fire(40)
    serve(TASK, [destino])
    assert receiver.wait_for(lambda: len(receiver.requests) == 2)
    pumps.end(60)
    # An endpoint that was never tried gets two requests at once.
    assert len(receiver.requests) == 2
    assert sorted(row.estado for row in deliveries()) == [Estado.ENTREGUE] * 2 + [Estado.PENDENTE] * 38
    assert all(row.lease_token is None for row in deliveries())
    assert destination(destino).lease_token is None
    assert len(attempts()) == 2


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
    assert process.wait(60) == 0


def kill(process: subprocess.Popen[bytes], message_id: str) -> None:
    process.kill()
    process.wait()
    # its children end a moment later, and until then hold what they were sending
    wait_until(lambda: (delivering.deliver_now(message_id), delivered())[1])


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
        assert receiver.wait_for(lambda: receiver.requests)
        ended(process, message_id)
        wait_until(delivered)
    assert len(receiver.requests) == requests
