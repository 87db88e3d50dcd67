"""The beat table: each scheduled name has a task, on the queue it says, and no message outlives its period."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from celery.schedules import crontab
from conftest import Configure

from beat_schedule import DAY_SECONDS, schedule
from core import celery_app, queues
from core.settings.load import get_settings


def test_the_table_that_runs_is_the_one_of_this_tree_wherever_it_is_started(tmp_path: Path) -> None:
    """A copy that an installation made would go on with the entries of the day it was made."""
    program = "import beat_schedule; print(beat_schedule.__file__)"
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(told.stdout.strip()) == Path(__file__).parent.parent / "beat_schedule.py"


@pytest.mark.parametrize(("name", "entry"), schedule().items())
def test_an_entry_is_sound(name: str, entry: dict[str, object]) -> None:
    assert entry["task"] in celery_app.app.tasks
    assert queues.queue_of(name) is not None
    options = entry["options"]
    assert isinstance(options, dict)
    assert "queue" not in options
    assert options["expires"] < period(entry["schedule"])


def period(when: object) -> float:
    """Return the seconds between two messages of an entry."""
    if isinstance(when, timedelta):
        return when.total_seconds()
    assert isinstance(when, crontab)
    assert (len(when.hour), len(when.minute), len(when.day_of_week)) == (1, 1, 7)
    return DAY_SECONDS


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "America/Rio_Branco"])
def test_the_house_is_kept_at_two_in_the_morning_of_the_installation(configure: Configure, zone: str) -> None:
    configure(core__timezone=zone)
    beat = Celery(set_as_current=False)
    beat.conf.update(celery_app.configuration(get_settings()))
    at_two = datetime(2026, 3, 2, 2, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    when = schedule()["manutencao.limpar"]["schedule"]
    when.app = beat
    yesterday = at_two - timedelta(days=1)
    when.nowfun = lambda: at_two - timedelta(seconds=90)
    assert not when.is_due(yesterday).is_due
    when.nowfun = lambda: at_two + timedelta(seconds=1)
    assert when.is_due(yesterday).is_due
