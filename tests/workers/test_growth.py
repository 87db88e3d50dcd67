"""A worker with many queues: it rests small, grows for work that waits, shrinks when there is none, loses no task."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ports import wait_until

ROOT = Path(__file__).parents[2]
MOST, LEAST, TASKS = 3, 1, 5
pytestmark = pytest.mark.slow


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


def test_it_grows_for_work_that_waits_and_shrinks_when_there_is_none(
    worker: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    from core.celery_app import app

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
