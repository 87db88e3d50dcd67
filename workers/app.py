"""The app that `celery -A workers` runs: the app of core, its tasks, its schedule and the hooks of worker processes."""

import warnings

from celery.platforms import SecurityWarning

from beat_schedule import schedule
from core.celery_app import app
from workers import hooks

# It warns a worker run by root of pickled messages; here only JSON is accepted.
warnings.filterwarnings("ignore", category=SecurityWarning)

app.conf.beat_schedule = schedule()
app.conf.worker_autoscaler = "workers.growth:Autoscaler"
app.steps["worker"].add("workers.limits:Limits")
app.steps["consumer"].add("workers.heart:Heartbeat")

__all__ = ["app", "hooks"]
