"""Structured logs on stderr: keys in English, secrets filtered, one line an event.

Loading structlog takes as long as a query does, and most commands write no log: it is loaded with the first line.
"""

import logging
import sys
from collections.abc import Mapping
from typing import Any

from core.text import redact

_lowest: int | None = None


class Logger:
    """Stands for structlog's logger of a module: `log.warning("no broker", reason=…)`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, level: str) -> Any:
        import structlog

        _set_up()
        return getattr(structlog.get_logger(self._name), level)


def get_logger(name: str) -> Logger:
    """Return a module's logger."""
    return Logger(name)


def configure(*, debug: bool = False, level: int = logging.WARNING) -> None:
    """Say what this process writes; it is set up now where structlog is loaded, else with the first line."""
    global _lowest
    _lowest = logging.DEBUG if debug else level
    if "structlog" in sys.modules:
        _set_up()


def _set_up() -> None:
    global _lowest
    if _lowest is None:
        return
    import structlog

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _filter,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_lowest),
        # Asked each time: who redirects stderr later is heard.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _lowest = None


def _filter(_: Any, __: str, event: Any) -> Mapping[str, Any]:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}
