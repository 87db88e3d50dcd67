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
_service: str | None = None


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


def of_process(name: str) -> None:
    """Let a process that stays write as the settings say, whoever speaks in it: we, a library, a fault."""
    global _service
    from core import log_lines
    from core.settings.log import LogSettings

    _service = name
    lowest = LogSettings.current().lowest
    configure(level=lowest)
    set_up(name)
    log_lines.take_all(lowest)


def service() -> str | None:
    """Return what a process that stays is called."""
    return _service


def set_up(name: str | None = None) -> None:
    """Load the library, and say how its lines are written."""
    global _is_set_up
    from core import log_lines

    log_lines.set_up(name)
    _is_set_up = True
