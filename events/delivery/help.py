"""When a pump that does not keep up asks another process for help."""

# A process that is to help may have to be started first: so often it is asked for again so soon, while nobody came.
SOON_SECONDS, SOON = 0.5, 4
# Then, and one that helps itself from the start, after so long; again, each time later.
HELP_SECONDS = 2.0


class Help:
    """Asks at once (`at`: not before that second of the clock of the caller), and while it lasts again and again."""

    def __init__(self, at: float) -> None:
        self._at, self._wait, self._soon, self._busy = at, HELP_SECONDS, SOON, False

    def is_due(self, now: float, busy: bool, alone: bool) -> bool:
        """Tell whether to ask now. `alone`: what was left to another process came back, for nobody took it."""
        if not busy:
            self._rest(now)
            return False
        if not self._busy:
            # it may have caught up by the next look
            self._busy = True
            return False
        if alone and self._soon:
            self._soon -= 1
            self._at, self._wait = min(self._at, now + SOON_SECONDS), HELP_SECONDS
        if now < self._at:
            return False
        self._at, self._wait = now + self._wait, self._wait * 2
        return True

    @property
    def busy(self) -> bool:
        """Whether there was too much to do at the last look."""
        return self._busy

    def _rest(self, now: float) -> None:
        self._busy = False
        if now >= self._at:
            self._wait, self._soon = HELP_SECONDS, SOON
