"""The app that `celery -A workers` runs: the app of core, its tasks, its schedule and the hooks of worker processes."""

import tasks
from beat_schedule import schedule
from workers import hooks

app = tasks.app
app.conf.beat_schedule = schedule()

__all__ = ["app", "hooks"]
