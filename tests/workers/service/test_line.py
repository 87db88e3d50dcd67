"""The line for systems without POSIX: it starts, starts again, and ends in order. Windows' own signals are not here."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from support.ports import wait_until
from support.processes import alive

from workers.backoff import BackOff
from workers.service.line import Line
from workers.spec import Process

# It says that it is there, and on SIGTERM that it ended by itself.
GOOD = """
import os, signal, sys, time
def end(*_):
    print("fim", flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, end)
print("pronto", os.getpid(), flush=True)
while True: time.sleep(60)
"""
DEAF = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("surdo", os.getpid(), flush=True)
time.sleep(600)
"""


def process(name: str, program: str, grace: float = 30.0) -> Process:
    return Process(name=name, command=(sys.executable, "-c", program), grace=grace)


class Running:
    """A line in a thread, and what it said."""

    def __init__(self, *processes: Process) -> None:
        self.said: list[str] = []
        self.told: list[str] = []
        self.line = Line(processes, self.said.append, self.told.append, BackOff(first=0.01, longest=0.01))
        self._thread = threading.Thread(target=self.line.run)
        self._thread.start()

    def end(self) -> None:
        """Ask for the end, and wait for it."""
        self.line.request_stop()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def number(self, word: str) -> int:
        """Return the process that said this word last; none yet is zero."""
        found = [line.split()[-1] for line in self.said if f"| {word} " in line]
        return int(found[-1]) if found else 0


def test_processes_are_started_again_and_end_by_themselves_when_asked(tmp_path: Path) -> None:
    running = Running(process("um", GOOD), process("dois", GOOD))
    try:
        wait_until(lambda: sum("pronto" in line for line in running.said) == 2)
        first = int(next(line for line in running.said if line.startswith("um | pronto")).split()[-1])
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: sum(line.startswith("um | pronto") for line in running.said) == 2)
        assert any("um terminou (código -9)" in line for line in running.told)
    finally:
        running.end()
    assert sorted(line for line in running.said if "fim" in line) == ["dois | fim", "um | fim"]


def test_one_that_does_not_hear_is_ended_when_its_time_is_up() -> None:
    running = Running(process("surdo", DEAF, grace=0.1))
    try:
        wait_until(lambda: running.number("surdo"))
    finally:
        running.end()
    assert not alive(running.number("surdo"))
    assert any("não terminou a tempo" in line for line in running.told)


def test_one_that_cannot_be_started_costs_no_other() -> None:
    running = Running(Process(name="nada", command=("/nao/existe",)), process("um", GOOD))
    try:
        wait_until(
            lambda: running.number("pronto") and any("nada terminou (não iniciou" in one for one in running.told)
        )
    finally:
        running.end()
    assert "um | fim" in running.said


@pytest.mark.parametrize("asked_before", [True, False])
def test_a_line_that_is_asked_to_stop_at_once_starts_nothing_more(asked_before: bool) -> None:
    line = Line([process("um", GOOD)], print, print)
    if asked_before:
        line.request_stop()
        line.run()
        return
    running = Running()
    running.end()
