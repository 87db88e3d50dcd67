"""The scheduler of beat: RedBeat, which waits where it would end when Redis is away, emptied, or held by another beat.

Only the beat that holds the lock sends; it writes the schedule when it gets the lock, so also after Redis was emptied.
"""

from typing import Any

from celery.beat import SchedulingError
from celery.signals import beat_init
from kombu.exceptions import OperationalError
from redbeat.schedulers import (
    LUA_EXTEND_TO_SCRIPT,
    RedBeatScheduler,
    acquire_distributed_beat_lock,
    get_redis,
)
from redis.exceptions import LockError, RedisError

from core.context import bound, new_origin
from core.logs import get_logger

AWAY = (RedisError, OperationalError, SchedulingError, OSError)
log = get_logger(__name__)

# It would wait for the lock before the first tick, and give up when Redis is away.
beat_init.disconnect(acquire_distributed_beat_lock)


class PatientScheduler(RedBeatScheduler):  # type: ignore[misc]
    """Tries at each tick to have the lock; says once that it waits for Redis, and once that it goes on."""

    waiting_for_redis = False

    def setup_schedule(self) -> None:
        """Leave the schedule alone until the lock is ours."""

    def tick(self, *arguments: Any, **options: Any) -> float:
        """Send what is due; return the seconds until the next look."""
        try:
            if self.lock is None and not self._take_over():
                return float(self.max_interval)
            wait = float(super().tick(*arguments, **options))
        except AWAY as fault:
            self._lost(fault)
            return float(self.max_interval)
        if self.waiting_for_redis:
            log.warning("redis is back, beat goes on")
            self.waiting_for_redis = False
        return wait

    def maybe_due(self, entry: Any, **options: Any) -> float:
        """Send one entry if it is due; a missing broker is reported by the tick, once for all entries."""
        due = entry.is_due()
        if due.is_due:
            with bound(origin=new_origin()):
                log.info("due", task=entry.task)
                self.apply_async(entry, **options)
        return float(due.next)

    def close(self) -> None:
        """Give the lock back, if anybody is there to take it."""
        try:
            super().close()
        except AWAY:
            self.lock = None

    def _take_over(self) -> bool:
        """Try for the lock and write the schedule; tell whether this is the one beat now."""
        client = get_redis(self.app)
        lock = client.lock(self.lock_key, timeout=self.lock_timeout)
        # The library's own script adds to the time that is left; this one sets it.
        lock.lua_extend = client.register_script(LUA_EXTEND_TO_SCRIPT)
        if not lock.acquire(blocking=False):
            return False
        super().setup_schedule()
        self.lock = lock
        return True

    def _lost(self, fault: Exception) -> None:
        self.lock = None
        if isinstance(fault, LockError):
            # Redis was emptied, or another beat took over while this one could not run: no fault of Redis.
            log.warning("beat lost its lock and tries for it again")
        elif not self.waiting_for_redis:
            log.warning("redis is away, beat waits", fault=type(fault).__name__)
            self.waiting_for_redis = True
