"""The supervisor with real processes: order, back-off, stopping, and nothing left behind."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from support.ports import SOON_SECONDS, wait_until
from support.processes import alive
from support.supervised import Line

from workers.spec import Process, waves
from workers.supervisor import BackOff, reason

SLEEPER = "import os, time; print('pid', os.getpid()); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
POLITE = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: (print('tchau'), sys.exit(0))); " + SLEEPER
# Its own child knows whom to follow, as the processes of a pool do.
PARENT = """
import os, signal, subprocess, sys, time
child = "import os, time; from core.process import die_with_parent; die_with_parent(parent=%d); " % os.getpid()
subprocess.Popen([sys.executable, "-c", child + "print('neto', os.getpid(), flush=True); time.sleep(60)"])
"""
FORKING = PARENT + SLEEPER
# A pipe holds 64 KiB; whoever writes more lines than that waits for a reader.
PIPE_BYTES = 60_000
FORKING_STUBBORN = PARENT + STUBBORN


def pids(line: Line, pattern: str, times: int = 1) -> list[int]:
    return [int(text) for text in line.wait_for(pattern + r" (\d+)", times)]


@pytest.mark.parametrize(
    ("life", "last", "expected"),
    [(0, 0, 0.2), (1, 0.2, 0.4), (1, 0.4, 0.8), (1, 6.4, 10), (1, 10, 10), (29.9, 10, 10), (30, 10, 0.2)],
)
def test_the_wait_doubles_up_to_a_limit_and_a_healthy_life_resets_it(life: float, last: float, expected: float) -> None:
    assert BackOff().after(life, last) == expected


@pytest.mark.parametrize(("code", "words"), [(3, "código 3"), (-9, "sinal SIGKILL"), (-70, "sinal 70")])
def test_an_end_is_told_in_words(code: int, words: str) -> None:
    assert reason(code) == words


def test_whatever_depends_on_a_process_stops_before_it() -> None:
    line = (Process("a", ()), Process("b", (), after=("a",)), Process("c", (), after=("a",)), Process("d", (), ("b",)))
    assert waves(line) == [["d"], ["c", "b"], ["a"]]


def test_a_process_that_ends_starts_again_later_and_later() -> None:
    with Line([{"name": "cai", "code": "raise SystemExit(3)"}]) as line:
        waits = line.wait_for(r"cai \| \[terminou \(código 3\); recomeça em (.+) s\]", 3)
        assert waits[:3] == ["0.2", "0.4", "0.8"]
        assert line.end() == 0


def test_a_killed_process_is_replaced_and_its_children_are_gone() -> None:
    with Line([{"name": "pai", "code": FORKING}]) as line:
        (pid,), (grandchild,) = pids(line, "pid"), pids(line, "neto")
        os.kill(pid, signal.SIGKILL)
        line.wait_for("sinal SIGKILL")
        assert pids(line, "pid", 2)[1] != pid
        wait_until(lambda: not alive(grandchild))


def test_lines_carry_the_name_and_no_secret() -> None:
    code = "import sys; print('senha=abc123'); sys.stderr.write('fim sem quebra'); sys.stdout.flush()"
    with Line([{"name": "a", "code": code, "once": True}, {"name": "maior", "code": SLEEPER}]) as line:
        line.wait_for("maior . pid")
        line.wait_for("fim sem quebra")
        assert line.end() == 0
    assert "a     | senha=***" in line.lines
    assert "a     | fim sem quebra" in line.lines


def test_others_are_waited_for_until_they_are_ready(tmp_path: Path) -> None:
    sign = tmp_path / "pronto"
    processes = [
        {"name": "broker", "code": SLEEPER, "ready": str(sign)},
        {"name": "worker", "code": SLEEPER, "after": ["broker"]},
        # It is started in the same round in which the worker would be.
        {"name": "beat", "code": SLEEPER},
    ]
    with Line(processes) as line:
        line.wait_for("beat   . pid")
        assert line.matches("worker . pid") == []
        sign.touch()
        line.wait_for("worker . pid")
        first = {name: number for number, text in reversed(list(enumerate(line.lines))) for name in [text.split()[0]]}
        assert first["beat"] < first["worker"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_everything_stops_in_reverse_order(number: signal.Signals) -> None:
    processes = [
        {"name": "a", "code": POLITE},
        {"name": "b", "code": POLITE, "after": ["a"]},
        {"name": "c", "code": POLITE, "after": ["b"]},
    ]
    with Line(processes) as line:
        running = pids(line, "pid", 3)
        assert line.end(number) == 0
        assert line.matches(r"(.) \| tchau") == ["c", "b", "a"]
        assert not any(alive(pid) for pid in running)


def test_who_does_not_stop_is_killed_and_the_others_keep_their_share() -> None:
    processes = [{"name": "a", "code": POLITE}, {"name": "b", "code": FORKING_STUBBORN, "after": ["a"], "grace": 60}]
    with Line(processes, stop_limit=2.0) as line:
        running = pids(line, "pid", 2) + pids(line, "neto")
        began = time.monotonic()
        assert line.end() == 0
        assert 0.9 <= time.monotonic() - began < SOON_SECONDS
        assert line.matches("tchau")
        assert line.matches(r"b \| \[não terminou a tempo")
        wait_until(lambda: not any(alive(pid) for pid in running))


def test_a_second_signal_ends_at_once() -> None:
    with Line([{"name": "a", "code": FORKING_STUBBORN, "grace": 60}], stop_limit=60) as line:
        running = pids(line, "pid") + pids(line, "neto")
        line.process.send_signal(signal.SIGINT)
        line.wait_for("Parando tudo")
        assert line.end(signal.SIGINT) == 130
        wait_until(lambda: not any(alive(pid) for pid in running))


def test_a_killed_supervisor_leaves_no_orphan() -> None:
    processes = [{"name": "a", "code": FORKING}, {"name": "b", "code": FORKING_STUBBORN}]
    with Line(processes) as line:
        running = pids(line, "pid", 2) + pids(line, "neto", 2)
        line.process.kill()
        wait_until(lambda: not any(alive(pid) for pid in running))


def test_a_job_runs_once_and_one_that_fails_holds_up_nobody() -> None:
    processes = [
        {"name": "feito", "code": "print('fiz')", "once": True},
        {"name": "falha", "code": "raise SystemExit(1)", "once": True},
        {"name": "depois", "code": SLEEPER, "after": ["feito", "falha"]},
    ]
    with Line(processes) as line:
        line.wait_for("depois . pid")
        line.wait_for("falha .*terminou", 2)
        assert line.end() == 0
    assert len(line.matches("fiz")) == 1


def test_a_process_is_told_its_first_line() -> None:
    code = "import sys; print(sys.stdin.read().strip().upper()); " + SLEEPER
    with Line([{"name": "a", "code": code, "stdin": "oi\n"}]) as line:
        line.wait_for("a . OI")


def waiting_bytes(process: "subprocess.Popen[bytes]") -> int:
    """Return how much of its output nobody has read yet."""
    assert process.stdout is not None
    size = fcntl.ioctl(process.stdout.fileno(), termios.FIONREAD, b"    ")
    return int.from_bytes(size, sys.byteorder)


def test_a_reader_that_stalls_does_not_hold_up_the_stop() -> None:
    code = "import sys\nwhile True: sys.stdout.write('x' * 1000 + '\\n')"
    order = json.dumps({"processes": [{"name": "a", "code": code}], "stop_limit": 2})
    script = Path(__file__).parents[1] / "support" / "supervised.py"
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(script.parents[1])},
    ) as process:
        assert process.stdin is not None
        with process.stdin as told:
            told.write(order.encode())
        wait_until(lambda: waiting_bytes(process) >= PIPE_BYTES)
        process.terminate()
        try:
            assert process.wait(60) == 0
        finally:
            process.kill()
