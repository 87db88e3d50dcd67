"""Programs of `exemplos/` as processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120


def command(name: str, *words: str) -> list[str]:
    """Return what is typed to run an example."""
    return [sys.executable, "-W", "error", str(ROOT / "exemplos" / f"{name}.py"), *words]


def environment(**values: str) -> dict[str, str]:
    """Return the environment of an example."""
    return {name: one for name, one in os.environ.items() if name != "WEBHOOK_SECRET"} | {
        "PYTHONPATH": str(ROOT),
        **values,
    }


@contextmanager
def running(folder: Path, name: str, *words: str, **values: str) -> Iterator[subprocess.Popen[str]]:
    """Run an example in a folder until the end of the block; what it says goes to `<name>.log` there."""
    with (folder / f"{name}.log").open("a") as said:
        process = subprocess.Popen(
            command(name, *words), cwd=folder, env=environment(**values), stdout=said, stderr=said, text=True
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ended(process: "subprocess.Popen[str]") -> int:
    """Ask a process to end as a service manager does; return with what."""
    process.terminate()
    return process.wait(PATIENCE_SECONDS)


def ran(folder: Path, name: str, *words: str, **values: str) -> "subprocess.CompletedProcess[str]":
    """Run an example to its end."""
    return subprocess.run(
        command(name, *words),
        cwd=folder,
        env=environment(**values),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
