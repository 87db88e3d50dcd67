"""The beat table: each scheduled name has a task, on the queue it says, and no message outlives its period."""

import pytest

import tasks
from beat_schedule import schedule
from core.celery_app import QUEUE_OF, QUEUES


@pytest.mark.parametrize(("name", "entry"), schedule().items())
def test_an_entry_is_sound(name: str, entry: dict[str, object]) -> None:
    assert entry["task"] in tasks.app.tasks
    assert QUEUE_OF[name] == entry["options"]["queue"]  # type: ignore[index]
    options = entry["options"]
    assert isinstance(options, dict)
    assert options["queue"] in QUEUES
    assert options["expires"] < entry["schedule"].total_seconds()  # type: ignore[attr-defined]
