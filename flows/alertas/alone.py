"""See that nobody judges any more, without beat: each process of a worker looks, and one of them tells.

Whether it is so is told by a note that does not change while this process watches it: no two clocks are compared, and
a machine that slept, or was started a moment ago, tells nothing wrong. What retries of deliveries are due is found
meanwhile too, so that people hear of it.
"""

import time
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import state
from alerts.fluxos import beat
from claims import last_times
from core.clock import FixedClock
from events import wake
from events.delivery import sweep
from flows.alertas.runs import JUDGED, PAUSE
from storage.models.limites import RAN, Marca
from storage.session import reading, transaction
from storage.turns import take_turns

FONTE = "fluxos"
PATIENCE_SECONDS = PAUSE.total_seconds()
_seen: tuple[datetime | None, float] = (None, 0.0)


def look(now: datetime) -> int:
    """Look whether the sources are judged; once they are not, tell of it and wake the pumps, and return how many."""
    global _seen
    with reading() as db:
        judged = last_times.last(db, JUDGED)
    if judged is None or judged != _seen[0]:
        _seen = (judged, time.monotonic())
    elif time.monotonic() - _seen[1] >= PATIENCE_SECONDS:
        _tell(judged, now)
        return wake.send(sweep.everywhere(FixedClock(now)))
    return 0


def _tell(judged: datetime, now: datetime) -> None:
    with reading() as db:
        if _is_told(db):
            return
    with transaction() as db:
        take_turns(db, [f"{FONTE}:{beat.OBJECT}"])
        if last_times.last(db, JUDGED) == judged and not _is_told(db):
            state.apply(db, FONTE, [beat.away(now - judged, others_run=_others_run(db, judged))], now)


def _is_told(db: Session) -> bool:
    return beat.CODE in state.opened(db, FONTE, [beat.OBJECT]).get(beat.OBJECT, {})


def _others_run(db: Session, judged: datetime) -> bool:
    """Tell whether other tasks that beat asks for went on well after the last judgement."""
    later = select(Marca.nome).where(Marca.nome.startswith(RAN), Marca.instante > judged + PAUSE / 2).limit(1)
    return db.scalar(later) is not None
