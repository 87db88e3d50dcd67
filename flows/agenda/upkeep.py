"""What is looked after for the jobs: what dead processes held, and old days."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from claims.crash import after_crash
from core.clock import FixedClock
from core.settings.retencao import RetentionSettings
from core.upkeep import Upkeep
from flows.agenda.rows import DAYS
from storage.forgetting import forget

TABLE = DAYS.table


def give_back(now: datetime) -> int:
    """Let go of the days that dead processes of this host held."""
    return after_crash((DAYS,), FixedClock(now))


def old_days(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete what was noted of days long ago."""
    before = now - timedelta(days=max(RetentionSettings.current().eventos_dias, 60))
    old = select(TABLE.c.id).where(TABLE.c.ate < before).order_by(TABLE.c.id)
    return forget(TABLE, old, "dias_da_agenda")


UPKEEP = Upkeep(retention=(old_days,), claims=(give_back,))
