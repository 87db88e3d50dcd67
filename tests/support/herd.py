"""Workers that begin in milliseconds and may be killed: one process imports everything, and forks each of them."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

SHEPHERD = """
import os, signal, sys
told = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
{program}
warm()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    print(child, file=told, flush=True)
"""


class Herd:
    """So many workers, each of which runs the function `work` of a program; `warm` runs once, before the first."""

    def __init__(self, shepherd: "subprocess.Popen[str]", amount: int) -> None:
        self._shepherd = shepherd
        self.killed = 0
        self.pids = [self._new() for _ in range(amount)]

    def _new(self) -> int:
        stdin, stdout = self._shepherd.stdin, self._shepherd.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write("\n")
        return int(stdout.readline())

    def kill_one(self, draw: random.Random) -> None:
        """Kill one of them with SIGKILL, and let another take its place."""
        place = draw.randrange(len(self.pids))
        self.signal(signal.SIGKILL, self.pids[place])
        self.killed += 1
        self.pids[place] = self._new()

    def signal(self, number: int, *pids: int) -> None:
        """Send a signal to these, or to all."""
        for pid in pids or self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


@contextmanager
def herd(program: str, amount: int, environment: Mapping[str, str] | None = None) -> Iterator[Herd]:
    """Run workers until the end of the block, and kill what is left of them."""
    with Path("workers.log").open("ab") as log:
        shepherd = _shepherd(program, environment or {}, log)
    workers: Herd | None = None

    try:
        yield (workers := Herd(shepherd, amount))
    finally:
        if workers is not None:
            workers.signal(signal.SIGKILL)
        shepherd.kill()
        shepherd.communicate()


def _shepherd(program: str, environment: Mapping[str, str], log: BinaryIO) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SHEPHERD.format(program=program)],
        env=os.environ | dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        bufsize=1,
    )
