"""Beat is killed: the workers that are left tell of it, deliver that by themselves, and say when it is over."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import SECRET, webhook
from support.ports import wait_until

from claims import last_times
from flows.alertas.runs import JUDGED
from sandbox import faults
from sandbox.receiver import Received, ReceiverServer
from storage.session import reading
from workers.processes import table

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
HASTY = ROOT / "tests" / "support" / "hasty.py"


@contextmanager
def running(name: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process of the product's table, in haste; it is killed at the end."""
    (process,) = (one for one in table() if one.name == name)
    python, flag, *arguments = process.command
    assert (python, flag) == (sys.executable, "-m")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    started = subprocess.Popen([python, str(HASTY), *arguments], cwd=ROOT, env=environment)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def told(receiver: ReceiverServer) -> list[Received]:
    """Return the requests about beat, in order."""
    return [one for one in receiver.requests if json.loads(one.body)["dados"].get("objeto") == "beat"]


def last(receiver: ReceiverServer, evento: str, attempts: int) -> bool:
    """Tell whether the last thing said of beat is this, after so many attempts."""
    said = told(receiver)
    return bool(said) and said[-1].evento == evento and receiver.count(said[-1].webhook_id) >= attempts


def wait_for_a_judgement() -> None:
    with reading() as db:
        before = last_times.last(db, JUDGED)

    def later() -> bool:
        with reading() as db:
            return last_times.last(db, JUDGED) != before

    wait_until(later)


def test_a_beat_that_was_killed_is_told_with_a_retry_and_so_is_its_return(
    postgres: str, broker: str, loopback: None, configure: Configure
) -> None:
    configure(core__database_url=postgres, deliveries__schedule="[1, 1, 1]")
    with ReceiverServer({"/x": SECRET}) as receiver, ExitStack() as line:
        webhook(f"{receiver.url}/x", "alerta_aberto", "alerta_resolvido")
        # who failed once may be served among the slow
        for name in ("geral", "entregas", "lentas"):
            line.enter_context(running(name))
        with running("beat"):
            wait_for_a_judgement()
            wait_for_a_judgement()
        # the first attempt fails: the second is found without beat's sweep
        receiver.faults.queue(faults.status(503), key="/x")
        wait_until(lambda: last(receiver, "alerta_aberto", 2))
        with running("beat"):
            wait_until(lambda: last(receiver, "alerta_resolvido", 1))
