"""So many requests in a minute and no more, by the server's own clock."""

from collections import deque
from datetime import datetime, timedelta

from aiohttp import web

from core.clock import Clock

MINUTE = timedelta(minutes=1)


class Throttle:
    """Counts the requests of the last minute; `per_minute` None: any number. `tells`: a refusal says how long."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.per_minute: int | None = None
        self.tells = True
        self.refused = 0
        self._made: deque[datetime] = deque()

    def refusal(self) -> web.Response | None:
        """Return the 429 of a request that is one too many."""
        if self.per_minute is None:
            return None
        now = self._clock.now()
        while self._made and self._made[0] <= now - MINUTE:
            self._made.popleft()
        if len(self._made) < self.per_minute:
            self._made.append(now)
            return None
        self.refused += 1
        oldest = self._made[0] if self._made else now
        seconds = (oldest + MINUTE - now).total_seconds()
        return web.Response(status=429, headers={"Retry-After": f"{seconds:.3f}"} if self.tells else None)
