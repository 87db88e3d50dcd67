"""Structured logs on stderr: keys in English, secrets filtered, one line an event."""

import logging
import sys
from typing import Any

import structlog

from core.text import redact


def _filter(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


def configure(*, debug: bool = False, level: int = logging.WARNING) -> None:
    """Set up logging for this process."""
    lowest = logging.DEBUG if debug else level
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _filter,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(lowest),
        # Asked each time: who redirects stderr later is heard.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
