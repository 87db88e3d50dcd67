"""The receiver as the bench sees it: its address, and questions about what arrived."""

import json
import subprocess
import sys
import time
from typing import Any

from bench.installation import ROOT


class Counter:
    """Runs `bench.receiver` in a process of its own."""

    def __init__(self, failures: float = 0.0, seed: int = 0) -> None:
        flags = ["--falhas", str(failures), "--semente", str(seed)]
        command = [sys.executable, "-m", "bench.receiver", *flags]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.port = int(self._read())

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def url(self, path: object) -> str:
        """Return the address of one path."""
        return f"http://127.0.0.1:{self.port}/{path}"

    @property
    def requests(self) -> int:
        """All requests read so far, whatever was answered."""
        return int(self._ask("contar")["pedidos"])

    @property
    def distinct(self) -> int:
        """Different pairs of path and webhook-id that were accepted."""
        return int(self._ask("contar")["distintos"])

    def accepted(self) -> dict[tuple[str, str], tuple[int, float]]:
        """Return how often each path and webhook-id was accepted, and when it first arrived (seconds since 1970)."""
        return {(path, name): (int(times), at) for path, name, times, at in self._ask("tudo")["aceitos"]}

    def wait_for(self, distinct: int, seconds: float, every: float = 0.05) -> bool:
        """Wait until that many different ones were accepted; tell whether they were."""
        ends = time.monotonic() + seconds
        while (enough := self.distinct >= distinct) is False and time.monotonic() < ends:
            time.sleep(every)
        return enough

    def _ask(self, question: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        return json.loads(self._read())

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def __enter__(self) -> "Counter":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
