"""The app of a worker with one task, which lasts until a file is there. It runs no flow and loads none."""

import time
from pathlib import Path

from core.celery_app import app
from workers import broker_lines, growth

broker_lines.quieten()
growth.KEEP_SECONDS = 1.0
app.conf.worker_autoscaler = "workers.growth:Autoscaler"


@app.task(name="brinquedo.esperar")
def wait(folder: str, number: int) -> None:
    """Say that it began, wait for the end, say that it ended."""
    Path(folder, f"comecou-{number}").touch()
    while not Path(folder, "fim").exists():
        time.sleep(0.02)
    Path(folder, f"terminou-{number}").touch()
