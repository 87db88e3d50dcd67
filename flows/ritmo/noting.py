"""Note the figures of a minute: how much waits now, how much was done in it."""

from datetime import datetime, timedelta

from core.clock import SYSTEM, Clock
from core.upkeep import upkeeps
from storage.models.ritmo import Amostra
from storage.rows import add_missing
from storage.session import reading, transaction

MINUTE = timedelta(minutes=1)
# What was done is written a while after it began; a minute is noted when nothing of it comes any more.
LATE = timedelta(minutes=1)


def note(clock: Clock = SYSTEM) -> int:
    """Note the last minute that is over, once however often it is asked for; return how many figures."""
    begin = begin_of(clock.now() - MINUTE - LATE)
    with reading() as db:
        told = [
            figure for one in upkeeps().values() for tell in one.samples for figure in tell(db, begin, begin + MINUTE)
        ]
    rows = [{"serie": serie, "minuto": begin, "valor": valor} for serie, valor in told]
    with transaction() as db:
        add_missing(db, Amostra, rows)
    return len(rows)


def begin_of(instant: datetime) -> datetime:
    """Return the beginning of an instant's minute."""
    return instant.replace(second=0, microsecond=0)
