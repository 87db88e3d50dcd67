"""A supervisor in a process of its own, with small Python scripts as its processes, and a way to watch it.

Run as a script it reads one JSON document on standard input and supervises until a signal.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from support.ports import wait_until


class Line:
    """Starts a supervisor over scripts and keeps what it prints; `with Line([{"name", "code", …}]) as line:`."""

    def __init__(self, processes: list[dict[str, Any]], stop_limit: float = 5.0) -> None:
        self._order = json.dumps({"processes": processes, "stop_limit": stop_limit})
        self.lines: list[str] = []
        self.process: subprocess.Popen[str]
        self._reader = threading.Thread(target=self._read)

    def __enter__(self) -> "Line":
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
            text=True,
        )
        assert self.process.stdin is not None
        with self.process.stdin as order:
            order.write(self._order)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def matches(self, pattern: str) -> list[str]:
        """Return what the pattern (its first group, if it has one) found in the lines so far."""
        found = [re.search(pattern, line) for line in list(self.lines)]
        return [match.group(match.re.groups and 1) for match in found if match]

    def wait_for(self, pattern: str, times: int = 1) -> list[str]:
        """Wait until so many lines match; return what the pattern found."""
        try:
            wait_until(lambda: len(self.matches(pattern)) >= times)
        except AssertionError:
            raise AssertionError(f"{pattern!r} not {times} times in: {self.lines}") from None
        return self.matches(pattern)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(60)
        self._reader.join()
        return code


def main() -> None:
    """Supervise what standard input says."""
    from workers.output import Output
    from workers.supervisor import Supervisor

    order = json.load(sys.stdin)
    with Output() as output:
        line = Supervisor([_process(one) for one in order["processes"]], output, stop_limit=order["stop_limit"])
        code = line.run()
    sys.exit(code)


def _process(told: dict[str, Any]) -> Any:
    from workers.spec import Process

    told = dict(told)
    ready, stdin = (told.pop(name, None) for name in ("ready", "stdin"))
    more: dict[str, Any] = {"command": (sys.executable, "-c", told.pop("code")), "after": tuple(told.pop("after", ()))}
    if ready:
        more["ready"] = Path(ready).exists
    if stdin:
        more["stdin"] = lambda: stdin
    return Process(**told, **more)


if __name__ == "__main__":
    main()
