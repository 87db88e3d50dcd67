"""Delete what is older than the settings keep: each flow says what of its own may go, batch by batch."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from claims import last_times
from core.agenda import Feito
from core.clock import SYSTEM, Clock, FixedClock
from core.logs import get_logger
from core.upkeep import Retention, upkeeps
from storage import tidying
from storage.session import reading

RUN_SECONDS = 60.0
# The sweep waits on the same queue: a slice makes it late by no more than one of its periods.
SLICE_SECONDS = 2.0
# No run goes further beyond the one before: what a clock deletes that is years ahead for a minute is gone.
FARTHEST, DONE = timedelta(days=2), "retencao"
log = get_logger(__name__)


@dataclass
class Removed:
    """How many rows went, by what they are called; `completo`: nothing old was left.

    What goes together with its parent (the attempts of a delivery) is not counted.
    """

    rows: Counter[str] = field(default_factory=Counter)
    completo: bool = False

    def counts(self) -> dict[str, int | bool]:
        """Return it in plain types."""
        return {**self.rows, "completo": self.completo}


def fatia(clock: Clock = SYSTEM) -> Feito:
    """Delete for a moment; when nothing old is left, let the database know how its tables are now."""
    removed = limpar(clock, SLICE_SECONDS)
    if removed.completo:
        tidying.tidy()
    return Feito(dict(removed.rows), restam=not removed.completo)


def limpar(clock: Clock = SYSTEM, seconds: float = RUN_SECONDS) -> Removed:
    """Delete for at most that long, and at least one batch; what is left waits for the next run."""
    removed, faults = Removed(), list[Exception]()
    ends, now = time.monotonic() + seconds, _until(clock)
    for gone in _batches(now, faults):
        removed.rows.update(gone)
        if time.monotonic() >= ends:
            return removed
    last_times.note(DONE, FixedClock(now))
    if faults:
        # A rule that fails costs its own rows, and is told once the others are done.
        raise faults[0]
    removed.completo = True
    return removed


def _until(clock: Clock) -> datetime:
    """Return what is now for this run; after a long rest each run goes two days further."""
    with reading() as db:
        before = last_times.last(db, DONE)
    return clock.now() if before is None else min(clock.now(), before + FARTHEST)


def _batches(now: datetime, faults: list[Exception]) -> Iterator[Mapping[str, int]]:
    """Delete a batch at each step, flow by flow."""
    for name, upkeep in upkeeps().items():
        for rule in upkeep.retention:
            yield from _guarded(name, rule, now, faults)


def _guarded(flow: str, rule: Retention, now: datetime, faults: list[Exception]) -> Iterator[Mapping[str, int]]:
    try:
        yield from rule(now)
    except Exception as fault:  # noqa: BLE001 - kept, and raised after the others
        log.error("retention failed", flow=flow, fault=type(fault).__name__)
        faults.append(fault)
