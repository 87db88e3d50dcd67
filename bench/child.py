"""A server of a bench in a process of its own: it prints its port, and answers each line on stdin with one in JSON."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.installation import ROOT

Ask = Callable[[], dict[str, Any]]


@contextmanager
def child(module: str, *flags: str, question: str = "contar") -> Iterator[tuple[int, Ask]]:
    """Run a module of the bench until the end of the block; give its port and a way to ask it."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *flags],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise RuntimeError("no pipes")

    def ask() -> dict[str, Any]:
        stdin.write(f"{question}\n")
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    try:
        yield int(stdout.readline()), ask
    finally:
        stdin.close()
        process.wait()
