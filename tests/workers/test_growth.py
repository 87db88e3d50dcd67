"""A worker with many queues: it rests small, grows for work that waits, shrinks when there is none, loses no task."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state
from support.ports import wait_until

from core.celery_app import app
from workers import growth

ROOT = Path(__file__).parents[2]
MOST, LEAST, TASKS = 3, 1, 5
LONG_AGO = 60.0


@pytest.fixture
def worker(broker: str, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    flags = ["-Q", "default", "-n", "crescente@%h", f"--autoscale={MOST},{LEAST}", "-l", "WARNING"]
    command = [sys.executable, "-m", "workers.run", "-A", "support.patient_app", "worker", *flags]
    more = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    running = subprocess.Popen([*command, "--without-gossip", "--without-mingle"], cwd=tmp_path, env=os.environ | more)
    yield running
    running.kill()
    running.wait()


def processes(worker: "subprocess.Popen[bytes]") -> int:
    return len(Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split())


@pytest.mark.slow
def test_it_grows_for_work_that_waits_and_shrinks_when_there_is_none(
    worker: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    def begun() -> int:
        return len(list(tmp_path.glob("comecou-*")))

    wait_until(lambda: processes(worker) == LEAST)
    for number in range(TASKS):
        app.send_task("brinquedo.esperar", args=[str(tmp_path), number], queue="default")
    wait_until(lambda: begun() == MOST)
    assert processes(worker) == MOST
    (tmp_path / "fim").touch()
    wait_until(lambda: len(list(tmp_path.glob("terminou-*"))) == TASKS)
    wait_until(lambda: processes(worker) == LEAST)
    worker.terminate()
    assert worker.wait(60) == 0


def test_a_module_that_is_none_and_a_command_that_is_none_are_refused() -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "workers.run", "inspect"], capture_output=True, text=True, check=False
    )
    assert (refused.returncode, "worker|beat" in refused.stderr) == (2, True)


class Message:
    """A message of a worker: in work for so many seconds, or waiting for a process."""

    def __init__(self, seconds: float | None) -> None:
        self.time_start = None if seconds is None else time.time() - seconds


class Pool:
    """The processes of a worker as Celery's autoscaler sees them."""

    def __init__(self, processes: int) -> None:
        self.num_processes = processes
        self._pool = SimpleNamespace(_waiting_to_start=set(), _pool=[object()] * processes)

    def grow(self, more: int) -> None:
        self.num_processes += more
        self._pool._waiting_to_start.add(more)
        self._pool._pool += [object()] * more

    def shrink(self, fewer: int) -> None:
        """Tell so many to end; they do when `bury` is called."""
        self.num_processes -= fewer

    def bury(self) -> None:
        del self._pool._pool[self.num_processes :]

    def maintain_pool(self) -> None:
        pass


class Worker:
    """A worker whose timers run when a test says so."""

    def __init__(self, processes: int, least: int = LEAST) -> None:
        self.app = app
        self.pool = Pool(processes)
        self.hub = self
        self.due: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self.scaler = growth.Autoscaler(self.pool, 14, least, worker=self)
        self._messages: list[Message] = []

    def call_later(self, _seconds: float, step: Callable[..., None], *arguments: Any) -> None:
        self.due.append((step, arguments))

    def turn(self) -> None:
        due, self.due = self.due, []
        for step, arguments in due:
            step(*arguments)

    def has(self, *seconds: float | None) -> list[Message]:
        """Let it hold these messages and no other."""
        self._messages = [Message(one) for one in seconds]
        state.reserved_requests.clear()
        state.active_requests.clear()
        state.reserved_requests.update(self._messages)
        state.active_requests.update(one for one in self._messages if one.time_start is not None)
        return self._messages


@pytest.fixture(autouse=True)
def nothing_in_hand() -> Iterator[None]:
    yield
    state.reserved_requests.clear()
    state.active_requests.clear()


@pytest.mark.parametrize(
    ("processes", "least", "held", "left"),
    [
        (5, 1, [], 1),
        (5, 1, [LONG_AGO, LONG_AGO], 3),
        (5, 1, [0.0], 1),
        (5, 1, [0.0, 0.0], 2),
        (5, 1, [LONG_AGO, 0.0], 2),
        (5, 1, [LONG_AGO] * 5, 5),
        (2, 1, [LONG_AGO], 2),
        (5, 2, [], 2),
        (5, 2, [LONG_AGO], 2),
        (5, 2, [LONG_AGO, LONG_AGO], 3),
        # It may have been given to the very process that would be ended.
        (5, 1, [None], 5),
    ],
)
def test_one_stays_free_beside_long_work(processes: int, least: int, held: list[float | None], left: int) -> None:
    worker = Worker(processes, least)
    worker.has(*held)
    worker.scaler.maybe_scale()
    assert worker.pool.num_processes == left


def test_while_one_that_was_told_to_end_is_still_there_no_other_is() -> None:
    """Celery would tell the same one again, and count one fewer: another would stay for ever."""
    worker = Worker(3)
    worker.has(LONG_AGO)
    worker.scaler.maybe_scale()
    worker.has()
    worker.scaler.maybe_scale()
    worker.scaler.maybe_scale()
    assert worker.pool.num_processes == 2
    worker.pool.bury()
    worker.scaler.maybe_scale()
    assert worker.pool.num_processes == 1


def test_long_work_that_pauses_at_the_moment_of_a_look_keeps_its_process() -> None:
    worker = Worker(2)
    worker.has(LONG_AGO, None)
    worker.scaler.maybe_scale(Message(None))
    worker.has()
    worker.scaler.maybe_scale()
    assert worker.pool.num_processes == 2
    worker.scaler.maybe_scale()
    assert worker.pool.num_processes == LEAST


def test_for_many_messages_at_once_it_starts_one_process_then_two_then_four(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(growth, "monotonic", lambda: now)
    worker, grown = Worker(1), list[int]()
    for message in worker.has(LONG_AGO, *[None] * 8):
        worker.scaler.maybe_scale(message)
    for _ in range(4):
        worker.turn()
        # As long as they start, and for a moment after, they may be enough.
        worker.turn()
        grown.append(worker.pool.num_processes)
        worker.pool._pool._waiting_to_start.clear()
        worker.turn()
        assert worker.pool.num_processes == grown[-1]
        now += growth.PAUSE_SECONDS
    assert grown == [2, 4, 8, 14]
    worker.turn()
    assert worker.pool.num_processes == 14


def test_a_process_that_does_not_come_up_holds_up_the_others_for_a_moment_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(growth, "monotonic", lambda: now)
    worker = Worker(1)
    for message in worker.has(LONG_AGO, None, None):
        worker.scaler.maybe_scale(message)
    worker.turn()
    now += growth.STARTING_SECONDS
    worker.turn()
    assert worker.pool.num_processes == 4


def test_no_process_is_started_for_a_message_that_found_one() -> None:
    worker = Worker(1)
    for message in worker.has(LONG_AGO, None):
        worker.scaler.maybe_scale(message)
    worker.has(LONG_AGO)
    worker.turn()
    assert (worker.pool.num_processes, worker.due) == (1, [])
