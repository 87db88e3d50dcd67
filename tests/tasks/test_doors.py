"""The doors are light: who only sends, schedules or supervises loads no room behind them."""

import subprocess
import sys

import pytest

HEAVY = ("flows", "storage", "events", "connectors", "sqlalchemy", "aiohttp", "lxml", "requests")


@pytest.mark.parametrize("module", ["tasks", "core.celery_app", "core.queues", "beat_schedule", "workers.layout"])
def test_what_is_behind_a_door_is_loaded_when_it_is_opened(module: str) -> None:
    program = (
        f"import sys, {module}\n"
        "from core import queues\n"
        "assert queues.queue_of('sat.varrer')\n"
        f"print(*(name for name in sys.modules if name.split('.')[0] in {HEAVY}))"
    )
    said = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []
