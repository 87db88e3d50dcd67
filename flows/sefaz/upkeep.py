"""What is looked after for consultations: what dead processes held, and old calls."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from claims.crash import after_crash
from core.clock import FixedClock
from core.settings.retencao import RetentionSettings
from core.upkeep import Upkeep
from flows.sefaz.manifestacoes.rows import DEVIDAS
from flows.sefaz.rows import CONTRIBUINTES
from storage.forgetting import forget
from storage.models.sefaz import ChamadaSEFAZ
from storage.rows import table_of

CALLS = table_of(ChamadaSEFAZ)


def give_back(now: datetime) -> int:
    """Let go of the companies that dead processes of this host were asking for, and of the events they were sending."""
    return after_crash((CONTRIBUINTES, DEVIDAS), FixedClock(now))


def old_calls(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete what was noted of calls long ago."""
    before = now - timedelta(days=RetentionSettings.current().importacoes_dias)
    old = select(CALLS.c.id).where(CALLS.c.em < before).order_by(CALLS.c.id)
    return forget(CALLS, old, "chamadas_da_sefaz")


UPKEEP = Upkeep(retention=(old_calls,), claims=(give_back,))
