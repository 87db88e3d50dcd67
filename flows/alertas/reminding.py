"""Remind of open alerts."""

from collections.abc import Collection
from datetime import timedelta

from alerts import reminders
from core.clock import SYSTEM, Clock
from core.settings.alerts import AlertSettings
from storage.session import transaction


def remind(clock: Clock = SYSTEM, calados: Collection[tuple[str, str]] = ()) -> int:
    """Remind of open, unacknowledged alerts, except those of silent objects (source, object); return how many."""
    hours = AlertSettings.current().reminder_hours
    if not hours:
        return 0
    with transaction() as db:
        return len(reminders.remind(db, timedelta(hours=hours), clock.now(), calados))
