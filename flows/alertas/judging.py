"""Judge the sources that no flow judges by itself: destinations, Questor's lots and accounts, the scheduled tasks."""

from collections.abc import Mapping
from datetime import datetime

from alerts import sources
from claims import last_times
from core.clock import SYSTEM, Clock, passed
from flows.alertas.runs import JUDGED, PAUSE
from storage.models.limites import JUDGING_SINCE
from storage.session import reading


def judge(periodos: Mapping[str, float], clock: Clock = SYSTEM) -> list[str]:
    """Judge every source; return the `webhook-id` of each event. `periodos` are those of the scheduled tasks."""
    now = clock.now()
    if not _judging(now):
        last_times.note(JUDGING_SINCE, clock)
    events = sources.judge_all(now, dict(periodos))
    last_times.note(JUDGED, clock)
    return events


def _judging(now: datetime) -> bool:
    """Tell whether the sources have been judged without a pause."""
    with reading() as db:
        judged, since = last_times.last(db, JUDGED), last_times.last(db, JUDGING_SINCE)
    return passed(since, now) is not None and judged is not None and now - judged <= PAUSE
