"""The beat table: each scheduled name has a task, on the queue it says, and no message outlives its period."""

import pytest

import tasks
from beat_schedule import schedule
from core.celery_app import QUEUES


@pytest.mark.parametrize(("name", "entry"), schedule().items())
def test_an_entry_is_sound(name: str, entry: dict[str, object]) -> None:
    assert entry["task"] in tasks.app.tasks
    options = entry["options"]
    assert isinstance(options, dict)
    assert options["queue"] in QUEUES
    assert options["expires"] < entry["schedule"].total_seconds()  # type: ignore[attr-defined]
