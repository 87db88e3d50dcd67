"""A worker that is told to stop tells its children; nobody else hears of it."""

import os
import subprocess
import sys

import pytest

from core import stopping

CHILD_SAYS = """
import os
from core import stopping
asked, answer = os.pipe(), os.pipe()
if os.fork() == 0:
    os.read(asked[0], 1)
    os.write(answer[1], b"y" if stopping.stopping() else b"n")
    os._exit(0)
{before}
os.write(asked[1], b".")
print(os.read(answer[0], 1).decode())
os.wait()
"""


@pytest.fixture(autouse=True)
def forgotten() -> None:
    stopping.reset()


@pytest.mark.parametrize(("before", "said"), [("stopping.ask_to_stop()", "y"), ("", "n")])
def test_what_a_worker_is_told_its_children_know(before: str, said: str) -> None:
    program = CHILD_SAYS.format(before=before)
    heard = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert heard.stdout.strip() == said


def test_a_process_is_asked_until_it_is_reset() -> None:
    assert not stopping.stopping()
    stopping.ask_to_stop()
    assert stopping.stopping()
    stopping.reset()
    assert not stopping.stopping()


def test_another_process_is_not_asked() -> None:
    stopping.ask_to_stop()
    program = "from core import stopping; raise SystemExit(stopping.stopping())"
    subprocess.run([sys.executable, "-c", program], check=True, env=os.environ)
    stopping.reset()
