"""A worker that RabbitMQ refuses something goes on: what waits too long behind long work, a queue of another type."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from support.ports import wait_until
from support.rabbitmq import RabbitServer

from core.celery_app import app

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
QUEUES = ("default", "email", "ntfy")


@contextmanager
def worker(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one that works on one message at a time, from several queues; what it says is in `worker.log`."""
    flags = ["-Q", ",".join(QUEUES), "-n", "paciente@%h", "-c", "1", "-l", "WARNING"]
    command = [sys.executable, "-m", "workers.run", "-A", "support.patient_app", "worker", *flags]
    more = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    with (folder / "worker.log").open("wb") as log:
        running = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle"],
            cwd=folder,
            env=os.environ | more,
            stdout=log,
            stderr=log,
        )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def told(folder: Path) -> list[str]:
    """Return the lines of which RabbitMQ's refusal is the cause."""
    return [line for line in (folder / "worker.log").read_text().splitlines() if "another is opened" in line]


def send(folder: Path, amount: int) -> None:
    """Send messages of a task that lasts until the file `fim` is there, to each queue in turn."""
    for number in range(amount):
        app.send_task("brinquedo.esperar", args=[str(folder), number], queue=QUEUES[number % len(QUEUES)])


def test_messages_that_wait_longer_than_consumer_timeout_are_all_worked_on_in_the_end(
    rabbit_broker: str, rabbit: RabbitServer, tmp_path: Path
) -> None:
    closed = partial(rabbit.said, "Timeout value used: 500 ms")
    with rabbit.giving_up(milliseconds=500), worker(tmp_path) as running:
        send(tmp_path, 6)
        before = closed()
        wait_until(lambda: closed() >= before + 3)
        assert [one.name for one in tmp_path.glob("*ou-*")] == ["comecou-0"]
        (tmp_path / "fim").touch()
        wait_until(lambda: len(list(tmp_path.glob("terminou-*"))) == 6)
        assert running.poll() is None
    assert ["delivery acknowledgement" in line for line in told(tmp_path)] == [True]


def test_a_queue_of_another_type_is_told_once_and_taken_once_it_is_removed(
    rabbit_broker: str, rabbit: RabbitServer, tmp_path: Path
) -> None:
    refused = partial(rabbit.said, "inequivalent arg 'x-queue-type' for queue 'email'")
    with rabbit.connected() as connection:
        connection.channel().queue_declare("email", durable=True, auto_delete=False)
    (tmp_path / "fim").touch()
    with worker(tmp_path) as running:
        send(tmp_path, 1)
        wait_until(lambda: told(tmp_path))
        before = refused()
        wait_until(lambda: refused() >= before + 3)
        assert len(told(tmp_path)) == 1
        with rabbit.connected() as connection:
            connection.channel().queue_delete("email")
        send(tmp_path, len(QUEUES))
        wait_until(lambda: len(list(tmp_path.glob("terminou-*"))) == len(QUEUES))
        assert running.poll() is None
