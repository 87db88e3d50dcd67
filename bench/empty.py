"""What Celery itself costs: an empty task, from publishing to running, on the same broker and with the same worker.

Importing it reads the settings, so that is done only within an installation of the bench.
"""

import os
import time
from pathlib import Path

from bench.installation import workers
from bench.pace import paced
from workers.app import app

FILE, QUEUE = "BENCH_EMPTY_FILE", "webhooks"


@app.task(name="bench.vazia")
def vazia(sent: float) -> None:
    """Note how long the message took, in seconds."""
    with Path(os.environ[FILE]).open("a") as file:
        file.write(f"{time.time() - sent}\n")


def measure(folder: Path, rate: float, amount: int) -> list[float]:
    """Return the seconds from publishing to running of so many tasks."""
    noted = folder / "vazia.txt"
    noted.touch()
    os.environ[FILE] = str(noted)
    with workers("entregas", app="bench.empty"):
        for _ in paced(rate, amount):
            app.send_task("bench.vazia", args=[time.time()], queue=QUEUE)
        ends = time.monotonic() + 10
        while (lines := noted.read_text().split()) and len(lines) < amount and time.monotonic() < ends:
            time.sleep(0.1)
    return [float(line) for line in lines]
