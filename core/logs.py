"""Structured logs on stderr: keys in English, secrets and personal data masked, one line an event.

Loading structlog takes as long as a query does, and most commands write no log: it is loaded with the first line. A
line below the level costs a comparison.
"""

import logging
from typing import Any

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "exception": logging.ERROR,
    "critical": logging.CRITICAL,
}
_lowest = logging.WARNING
_is_set_up = False


class Logger:
    """Stands for structlog's logger of a module: `log.warning("no broker", reason=…)`."""

    def __init__(self, name: str) -> None:
        self._name = name

    @staticmethod
    def on(level: str) -> bool:
        """Tell whether lines of a level are written: who has to look something up for a line asks first."""
        return enabled(level)

    def __getattr__(self, level: str) -> Any:
        if not enabled(level):
            return _nothing
        if not _is_set_up:
            set_up()
        import structlog

        return getattr(structlog.get_logger(self._name).bind(logger=self._name), level)


def _nothing(*_: object, **__: object) -> None:
    pass


def get_logger(name: str) -> Logger:
    """Return a module's logger."""
    return Logger(name)


def enabled(level: str) -> bool:
    """Tell whether lines of this level are written."""
    return LEVELS[level] >= _lowest


def configure(*, debug: bool = False, level: int = logging.WARNING) -> None:
    """Say how much this process writes; how is set up with the first line."""
    global _lowest
    _lowest = logging.DEBUG if debug else level


def of_process(service: str) -> None:
    """Let a process that stays write as the settings say, whoever speaks in it: we, a library, a fault."""
    from core import log_lines
    from core.settings.log import LogSettings

    lowest = LogSettings.current().lowest
    configure(level=lowest)
    set_up(service)
    log_lines.take_all(lowest)


def set_up(service: str | None = None) -> None:
    """Load the library, and say how its lines are written."""
    global _is_set_up
    from core import log_lines

    log_lines.set_up(service)
    _is_set_up = True
