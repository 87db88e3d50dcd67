"""The whole line under violence: whatever dies, everything arrives, and only what was in flight arrives twice."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import SECRET, fire, webhook
from support.line import Line, processes_of, rows
from support.ports import wait_until
from support.rabbitmq import RabbitServer

from core import celery_app
from events.delivery.sweep import SWEEP
from sandbox import faults
from sandbox.receiver import ReceiverServer
from workers.layout import URGENT

pytestmark = pytest.mark.slow
EVENTS, DESTINATIONS = 50, 4
# With 8 in flight for each destination all take a second; while violence is done, long enough for any machine.
QUICK, HELD = 0.15, 5.0


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({f"/{n}": SECRET for n in range(DESTINATIONS)}) as running:
        running.faults.always(faults.slow(QUICK))
        yield running


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with Line(tmp_path / "linha") as made:
        made.folder.mkdir()
        yield made


@pytest.fixture
def running(line: Line, receiver: ReceiverServer, configure: Configure) -> Line:
    """The line with a Redis of its own."""
    return ready(line, receiver, configure)


@pytest.fixture
def on_rabbit(
    tmp_path: Path, receiver: ReceiverServer, configure: Configure, rabbit: RabbitServer
) -> Iterator[tuple[Line, RabbitServer]]:
    """The line with a RabbitMQ that it was given."""
    with Line(tmp_path / "linha", ESTEIRA_CORE__BROKER_URL=rabbit.url) as made:
        made.folder.mkdir()
        yield ready(made, receiver, configure, core__broker_url=rabbit.url), rabbit


def ready(line: Line, receiver: ReceiverServer, configure: Configure, **more: str) -> Line:
    """Start the line and wait for it; make this process one of its business processes, with destinations."""
    line.start()
    line.wait_ready()
    configure(
        core__data_dir=str(line.data),
        core__keys="[]",
        deliveries__allow_http="true",
        deliveries__allow_networks='["127.0.0.0/8"]',
        **more,
    )
    celery_app.refresh()
    for number in range(DESTINATIONS):
        webhook(f"{receiver.url}/{number}", nome=f"d{number}")
    return line


def arrived(receiver: ReceiverServer) -> int:
    return sum(one > 0 for one in receiver._arrivals.values())


def fire_and(violence: Callable[[], object], receiver: ReceiverServer) -> Callable[[], None]:
    """Owe 200 deliveries and do violence while they go out; return the check that all of them arrive."""
    before, known = arrived(receiver), set(receiver.ids)
    ids = set(fire(EVENTS))
    assert receiver.wait_for(lambda: arrived(receiver) >= before + 20)
    receiver.faults.always(faults.slow(HELD))
    violence()
    receiver.faults.always(faults.slow(QUICK))
    assert arrived(receiver) < before + EVENTS * DESTINATIONS

    def check() -> None:
        wait_until(lambda: arrived(receiver) == before + EVENTS * DESTINATIONS)
        assert receiver.ids == known | ids
        assert receiver.unverified == 0
        assert max(receiver.repeats.values(), default=1) <= 2

    return check


def kill_worker(line: Line) -> None:
    """Kill the worker of deliveries and its children."""
    pids = line.pids(f"-n {URGENT}@")
    assert pids
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def kill_broker(line: Line) -> None:
    os.kill(line.broker_pid(), signal.SIGKILL)


def swept(line: Line) -> list[tuple[object, ...]]:
    """Return when beat's sweep last ran."""
    return rows(line.data / "esteira.db", f"SELECT instante FROM marca WHERE nome = '{SWEEP}'")


def flush(line: Line) -> None:
    line.redis().flushall()


def test_a_part_that_dies_under_load_loses_nothing_and_the_schedule_comes_back(
    running: Line, receiver: ReceiverServer
) -> None:
    for violence in (kill_worker, kill_broker, flush):
        fire_and(lambda violence=violence: violence(running), receiver)()
    before = swept(running)
    wait_until(lambda: swept(running) != before)


def test_on_rabbitmq_too_a_part_that_dies_under_load_loses_nothing_and_the_schedule_comes_back(
    on_rabbit: tuple[Line, RabbitServer], receiver: ReceiverServer
) -> None:
    line, rabbit = on_rabbit
    fire_and(lambda: kill_worker(line), receiver)()
    check = fire_and(rabbit.kill, receiver)
    rabbit.start()
    check()
    before = swept(line)
    wait_until(lambda: swept(line) != before)


def test_a_killed_supervisor_leaves_no_orphan_and_loses_nothing(running: Line, receiver: ReceiverServer) -> None:
    broker = running.broker_pid()

    def kill_supervisor() -> None:
        assert running.process is not None
        running.process.kill()
        running.process.wait()
        wait_until(lambda: not processes_of(str(running.data)) and not Path(f"/proc/{broker}").exists())

    check = fire_and(kill_supervisor, receiver)
    running.start()
    check()
