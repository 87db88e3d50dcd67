"""The app of a worker with one short task that has a limit, as the platform's app makes its workers."""

import os
import time
from pathlib import Path

from core.celery_app import app
from workers import app as platform

__all__ = ["app", "platform"]
SECONDS = 1


@app.task(name="brinquedo.limitada", soft_time_limit=SECONDS, time_limit=60)
def limited(folder: str, name: str) -> None:
    """Say in which process it began, wait for the word to end, say that it ended."""
    Path(folder, f"{name}-comecou").write_text(str(os.getpid()))
    while not Path(folder, f"{name}-pode-acabar").exists():
        time.sleep(0.01)
    Path(folder, f"{name}-acabou").touch()
