"""The scheduler of beat. Of all that run, the one whose turn it is sends; when each entry was last sent is in the row.

It waits where it would end: for its turn, for the database, for the broker. A beat that cannot reach the broker gives
its turn back, for another may be able to.
"""

import json
import time
from datetime import datetime
from typing import Any

from celery.beat import Scheduler, SchedulingError
from kombu.exceptions import OperationalError

from claims.role import Role
from core import tracing
from core.context import bound, new_origin
from core.errors import PlatformError
from core.logs import get_logger
from core.queues import queue_of
from workers import heartbeat
from workers.refused import Refused

# A turn that was not confirmed for so long is over; the holder confirms it several times as often.
TURN_SECONDS, KEEP_SECONDS = 8.0, 2.0
BROKER_AWAY = (OperationalError, SchedulingError, OSError)
log = get_logger(__name__)


def _queue(entry: Any) -> str:
    queue = queue_of(entry.task)
    return queue.name if queue else str(entry.task)


class PatientScheduler(Scheduler):  # type: ignore[misc]
    """Tries at each tick to have the turn; says once what it waits for, and once that it goes on."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.role = Role("beat", TURN_SECONDS)
        self.holds, self._kept, self._missing, self._missed = False, 0.0, "", 0.0
        self._failed: dict[str, float] = {}
        self._refused = Refused()
        super().__init__(*arguments, **options)

    def setup_schedule(self) -> None:
        """Read the table."""
        self.merge_inplace(self.app.conf.beat_schedule)

    def tick(self, *_: Any, **__: Any) -> float:
        """Send what is due; return the seconds until the next look."""
        try:
            if not self._has_turn():
                self._tell_without_turn()
                heartbeat.renew()
                return float(self.max_interval)
            wait = self._send_due()
        except BROKER_AWAY as fault:
            self._wait_for("broker", fault)
            self._refused.all_again()
            self._give_back()
            return float(self.max_interval)
        except PlatformError as fault:
            self._wait_for("database", fault)
            return float(self.max_interval)
        self._is_back("beat goes on")
        heartbeat.renew()
        return wait

    def close(self) -> None:
        """Give the turn back, if anybody is there to take it."""
        super().close()
        self._give_back()

    def _has_turn(self) -> bool:
        """Confirm the turn when it is time to, or try for it."""
        now = time.monotonic()
        if self.holds and now - self._kept >= KEEP_SECONDS:
            self.holds = self.role.keep(self._sent())
            if not self.holds:
                # another took over while this one could not run
                log.warning("beat lost its turn and tries for it again")
        elif not self.holds:
            passed_on = self.role.take()
            if passed_on is None:
                return False
            self._go_on_from(passed_on)
            self.holds = True
        else:
            return True
        self._kept = now
        return self.holds

    def _send_due(self) -> float:
        """Send each entry that is due; return the seconds until one is, no more than until the next look."""
        wait = float(self.max_interval)
        # what failed last is tried last, and holds up nothing else
        for entry in sorted(self.schedule.values(), key=lambda one: self._failed.get(one.name, 0.0)):
            # a clock that was set back must not keep it waiting for the time between
            entry.last_run_at = min(entry.last_run_at, entry.default_now())
            due, seconds = entry.is_due()
            if due and not self._refused.waits(_queue(entry)):
                if not self._has_turn():
                    # this process or the broker stood still: another has sent the others
                    return 0.0
                self._try(entry)
            wait = min(wait, max(0.0, seconds))
        return wait

    def _try(self, entry: Any) -> None:
        """Send it; one whose queue alone is refused waits for itself."""
        began = time.monotonic()
        try:
            self._send(entry)
        except BROKER_AWAY as fault:
            if not self._refused.is_alone(_queue(entry), began, fault):
                raise
        else:
            self._refused.taken(_queue(entry))

    def _send(self, entry: Any) -> None:
        with bound(origin=new_origin()), tracing.span(entry.task, tracing.PRODUCER):
            log.info("due", task=entry.task)
            self._failed[entry.name] = time.monotonic()
            self.apply_async(entry, advance=False)
        del self._failed[entry.name]
        self.reserve(entry)

    def _sent(self) -> str:
        return json.dumps({name: entry.last_run_at.isoformat() for name, entry in self.schedule.items()})

    def _go_on_from(self, passed_on: str) -> None:
        """Take over when each entry was last sent; one that never was is due."""
        sent: dict[str, str] = json.loads(passed_on) if passed_on else {}
        for name, entry in self.schedule.items():
            never = entry.default_now() - entry.schedule.run_every
            entry.last_run_at = datetime.fromisoformat(sent[name]) if name in sent else never

    def _give_back(self) -> None:
        if not self.holds:
            return
        self.holds = False
        try:
            self.role.give_back(self._sent())
        except PlatformError:
            log.warning("beat could not give its turn back")

    def _tell_without_turn(self) -> None:
        """Tell that what was missing is back: the database was asked for the turn, and who keeps that has a broker."""
        if self._missing == "database" or time.monotonic() - self._missed > TURN_SECONDS:
            self._is_back("another beat has the turn")

    def _is_back(self, then: str) -> None:
        if self._missing:
            log.warning(f"{self._missing} is back, {then}")
            self._missing = ""

    def _wait_for(self, what: str, fault: Exception) -> None:
        self._missed = time.monotonic()
        if self._missing != what:
            log.warning(f"{what} is away, beat waits", fault=type(fault).__name__)
            self._missing = what
