"""Two beats at once are one schedule, on Redis and on RabbitMQ: one sends, the other takes over within its turn."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection
from redis import Redis
from support.ports import wait_until

from claims import holder
from core.broker_link import KEY_PREFIX
from core.queues import queue_of
from storage.models.vez import Vez
from storage.session import reading
from workers.beat import TURN_SECONDS
from workers.processes import table

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
# Sent once in this hour, a second message of it is one too many.
HOURLY = "documentos.conferir_numeracao"


@contextmanager
def beat(number: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a beat; what it says is in `beat-N.log`."""
    (process,) = (one for one in table() if one.name == "beat")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with open(f"beat-{number}.log", "wb") as said:
        started = subprocess.Popen(process.command, cwd=ROOT, env=environment, stdout=said, stderr=said)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def turn() -> tuple[int | None, int]:
    """Return the process that has the turn, and how often it confirmed it."""
    with reading() as db:
        row = db.get(Vez, "beat")
        if row is None or row.dono is None:
            return None, 0
        return int(row.dono.split(holder.SEPARATOR)[1]), row.volta


def confirmed() -> None:
    """Wait until whoever has the turn confirmed it again."""
    before = turn()
    wait_until(lambda: turn()[1] > before[1] and turn()[0] == before[0])


def hourly(url: str) -> int:
    """Return how many messages of the hourly task wait; nobody takes any."""
    queue = queue_of(HOURLY)
    assert queue is not None
    if url.startswith("redis"):
        with Redis.from_url(url) as client:
            waiting: list[Any] = client.lrange(f"{KEY_PREFIX}{queue.name}", 0, -1)
            return sum(json.loads(one)["headers"]["task"] == HOURLY for one in waiting)
    with Connection(url) as connection:
        channel = connection.channel()
        # what is not acknowledged is put back when the connection ends
        taken = iter(lambda: channel.basic_get(queue.name), None)
        return sum(one.headers["task"] == HOURLY for one in taken)


@pytest.mark.parametrize("server", ["broker", "rabbit_broker"])
def test_one_sends_and_the_other_takes_over_when_it_dies(
    server: str, sqlite: str, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(server)
    with ExitStack() as both:
        first = both.enter_context(beat(1))
        wait_until(lambda: turn()[0] == first.pid)
        second = both.enter_context(beat(2))
        confirmed()
        assert hourly(url) == 1
        first.kill()
        first.wait()
        # a dead process of this machine is not waited for
        wait_until(lambda: turn()[0] == second.pid)
        confirmed()
        assert hourly(url) == 1
        second.send_signal(signal.SIGTERM)
        second.wait(60)
        assert turn()[0] is None


def test_one_that_stands_still_loses_its_turn_and_does_not_take_it_back_by_itself(sqlite: str, broker: str) -> None:
    with ExitStack() as both:
        first = both.enter_context(beat(1))
        wait_until(lambda: turn()[0] == first.pid)
        second = both.enter_context(beat(2))
        confirmed()
        first.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        wait_until(lambda: turn()[0] == second.pid)
        assert time.monotonic() - began > TURN_SECONDS / 2
        first.send_signal(signal.SIGCONT)
        wait_until(lambda: "beat lost its turn" in Path("beat-1.log").read_text())
        confirmed()
        assert turn()[0] == second.pid
