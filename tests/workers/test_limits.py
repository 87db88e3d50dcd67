"""A time limit that ends while a worker hears nothing interrupts no process whose work was done in time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.limited_app import SECONDS
from support.ports import wait_until

from core.celery_app import app
from workers.limits import AGAIN_SECONDS, patient

ROOT = Path(__file__).parents[2]


@pytest.fixture
def worker(broker: str, sqlite: str, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    flags = ["-Q", "default", "-n", "limitada@%h", "-c", "1", "-l", "WARNING", "--without-gossip", "--without-mingle"]
    command = [sys.executable, "-m", "workers.run", "-A", "support.limited_app", "worker", *flags]
    more = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    with (tmp_path / "dito").open("wb") as said:
        running = subprocess.Popen(command, cwd=tmp_path, env=os.environ | more, stdout=said, stderr=said)
    yield running
    running.send_signal(signal.SIGCONT)
    running.kill()
    running.wait()


def begin(folder: Path, name: str) -> str:
    """Send one task; return the process that began it."""
    app.send_task("brinquedo.limitada", args=[str(folder), name], queue="default")
    wait_until(lambda: (folder / f"{name}-comecou").exists() and (folder / f"{name}-comecou").read_text())
    return (folder / f"{name}-comecou").read_text()


def is_known_to_run(worker: "subprocess.Popen[bytes]") -> bool:
    """Tell whether the worker has heard that the task began: its limit runs from then on."""
    said = app.control.inspect(timeout=1).active() or {}
    return any(one["time_start"] for tasks in said.values() for one in tasks)


@pytest.mark.slow
def test_a_worker_that_stood_still_lets_a_process_live_that_was_done_in_time(
    worker: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    # what a task leaves running has no limit of its own: the first only shows that the worker is there
    (tmp_path / "antes-pode-acabar").touch()
    process = begin(tmp_path, "antes")
    assert begin(tmp_path, "uma") == process
    began = time.monotonic()
    worker.send_signal(signal.SIGSTOP)
    (tmp_path / "uma-pode-acabar").touch()
    wait_until((tmp_path / "uma-acabou").exists)
    wait_until(lambda: time.monotonic() - began > 2 * SECONDS)
    worker.send_signal(signal.SIGCONT)
    (tmp_path / "outra-pode-acabar").touch()
    assert begin(tmp_path, "outra") == process
    assert "Traceback" not in (tmp_path / "dito").read_text()


class Hub:
    """A loop that only notes what is to be done later."""

    def __init__(self) -> None:
        self.later: list[tuple[float, Any, Any]] = []

    def call_later(self, seconds: float, act: Any, *given: Any) -> None:
        self.later.append((seconds, act, given))

    def turn(self) -> None:
        """Do what was put off."""
        for _, act, given in self.later[:]:
            del self.later[0]
            act(*given)


@pytest.mark.parametrize("done", [False, True], ids=["at work", "done"])
def test_a_limit_waits_until_everything_is_read(done: bool) -> None:
    read, write = os.pipe()
    work = SimpleNamespace(_job=7)
    pool, hub, ended = SimpleNamespace(_fileno_to_outq={read: None}, _cache={7: work}), Hub(), list[Any]()
    os.write(write, b"x")
    patient(ended.append, pool, hub)(work)
    assert (ended, [seconds for seconds, *_ in hub.later]) == ([], [AGAIN_SECONDS])
    os.read(read, 1)
    if done:
        del pool._cache[7]
    hub.turn()
    assert (ended, hub.later) == ([] if done else [work], [])
    os.close(read)
    os.close(write)
