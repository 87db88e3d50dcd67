"""A process behind the guard becomes its command and dies with its parent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.ports import wait_until
from support.processes import alive, arguments

from workers.guard import guarded

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
PARENT = """
import subprocess, sys, time
from workers.guard import guarded
child = subprocess.Popen(guarded((sys.executable, "-c", "import time; time.sleep(60)"), int(sys.argv[1])))
print(child.pid, flush=True)
time.sleep(60)
"""


def test_the_command_takes_the_guards_place() -> None:
    with subprocess.Popen(guarded(SLEEPER)) as process:
        try:
            wait_until(lambda: arguments(process.pid).split()[1:2] == ["-c"])
        finally:
            process.kill()


def test_output_input_and_exit_code_are_the_commands_own() -> None:
    echo = (sys.executable, "-c", "print(input()); raise SystemExit(7)")
    done = subprocess.run(guarded(echo), input="olá\n", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "olá\n", "")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_parent_takes_its_child_along(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(int(number))], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
        parent.wait()
        wait_until(lambda: not alive(child))


def test_a_parent_that_is_gone_already_is_noticed(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    command = guarded((sys.executable, "-c", f"open({str(mark)!r}, 'w')"))
    command[command.index(str(os.getpid()))] = "1"
    done = subprocess.run(command, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not mark.exists()


@pytest.mark.parametrize("given", [[], ["9"], ["9", "1", "true"], ["x", "1", "--", "true"], ["9", "1", "--"]])
def test_wrong_use_is_told(given: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "workers.guard", *given], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("uso:")


def test_a_command_that_is_not_there_is_named() -> None:
    done = subprocess.run(guarded(("/nao/existe",)), capture_output=True, text=True, check=False)
    assert done.returncode == 127
    assert "Não consegui executar /nao/existe" in done.stderr
