"""A process that asked for it ends with its parent, whatever ends the parent."""

import os
import signal
import subprocess
import sys

import pytest
from support.ports import wait_until
from support.processes import alive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent ended")

CHILD = """
import os, sys, time
from core.process import die_with_parent
{before}
die_with_parent({arguments})
sys.stdout.write(str(os.getpid()) + "\\n")
sys.stdout.flush()
time.sleep(60)
"""
PARENT = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"


def family(arguments: str = "", before: str = "") -> tuple[subprocess.Popen[str], int]:
    """Start a parent that starts a child; return the parent and the child's number."""
    program = PARENT.format(child=CHILD.format(arguments=arguments, before=before))
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_child_ends_however_the_parent_ends(number: signal.Signals) -> None:
    parent, child = family("parent=os.getppid()")
    with parent:
        assert alive(child)
        parent.send_signal(number)
    wait_until(lambda: not alive(child))


def test_a_gentler_signal_can_be_asked_for() -> None:
    # Written without Python's buffers: the signal may come while the child is still flushing its first line.
    saying = "import signal; signal.signal(signal.SIGTERM, lambda *_: os._exit(os.write(1, b'adeus')))"
    parent, child = family("signal.SIGTERM", saying)
    with parent:
        parent.kill()
        assert parent.stdout is not None
        assert parent.stdout.read() == "adeus"
    wait_until(lambda: not alive(child))


def test_a_parent_that_is_gone_already_counts_as_ended() -> None:
    program = CHILD.format(arguments=f"parent={os.getpid()}", before="")
    orphan = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {program!r}]).returncode != -9)"
    ended = subprocess.run([sys.executable, "-c", orphan], check=False, capture_output=True, timeout=20)
    assert (ended.returncode, ended.stdout) == (0, b"")


def test_a_parent_that_lives_leaves_its_child_alone() -> None:
    program = CHILD.format(arguments=f"parent={os.getpid()}", before="")
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert int(child.stdout.readline()) == child.pid
        assert child.poll() is None
        child.kill()


def test_a_signal_that_does_not_exist_is_refused_by_the_kernel() -> None:
    program = "from core.process import die_with_parent; die_with_parent(9999)"
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=20)
    assert "Invalid argument" in ended.stderr


def test_a_process_whose_thread_waits_for_ever_ends_in_time() -> None:
    program = "import threading; from core.process import end_within; end_within(0.2, 7); threading.Event().wait()"
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 7


def test_a_process_whose_work_is_done_ends_beside_a_thread_that_waits_and_says_all_it_had_to_say() -> None:
    program = "import threading; from core.process import end_now; {}; print('dito'); end_now(3)"
    waits = "threading.Thread(target=threading.Event().wait).start()"
    ended = subprocess.run([sys.executable, "-c", program.format(waits)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (3, "dito\n")


def test_whoever_read_what_it_says_may_be_gone() -> None:
    program = "import sys, threading; from core.process import end_now; {}; sys.stdin.read(); print('dito'); end_now(3)"
    waits = "threading.Thread(target=threading.Event().wait).start()"
    # what it says waits in Python's buffer until the end
    buffered, pipe = os.environ | {"PYTHONUNBUFFERED": ""}, subprocess.PIPE
    command = [sys.executable, "-c", program.format(waits)]
    with subprocess.Popen(command, env=buffered, stdin=pipe, stdout=pipe) as ending:
        assert ending.stdin is not None
        assert ending.stdout is not None
        ending.stdout.close()
        ending.stdin.close()
        try:
            assert ending.wait(60) == 3
        finally:
            ending.kill()
