"""How lines are written: for people, or as one JSON object each. All go one way, whoever speaks: modules of ours, a
library through `logging`, a fault that nobody caught.
"""

import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from core import context, known_faults
from core.errors import PlatformError
from core.masking import mask, masked_under
from core.settings.log import LogSettings

TEXT, JSON = "texto", "json"
# So that a line with it stays shorter than who shows it cuts it (`workers.lines`).
LONGEST_TRACE = 6000
log = structlog.get_logger(__name__)


def set_up(service: str | None) -> None:
    """Say how lines of our modules are written."""
    structlog.configure(
        processors=[*_chain(service), _renderer(_format())],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        # Asked each time: who redirects stderr later is heard.
        logger_factory=lambda *_: StandardError(sys.stderr),
        cache_logger_on_first_use=False,
    )


class StandardError(structlog.PrintLogger):
    """Writes lines there; one that a full disk, or a reader that is gone, does not take ends nothing that is done."""

    def msg(self, message: str) -> None:
        """Write one."""
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def take_all(lowest: int) -> None:
    """Take what libraries say from here on, and faults that nobody caught."""
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
    root.addHandler(Lines())
    root.setLevel(lowest)
    logging.captureWarnings(True)
    warnings.formatwarning = _warning  # type: ignore[assignment]
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


class Lines(logging.Handler):
    """Hands the records of libraries to the lines of our own."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one."""
        try:
            fault = {"exc_info": record.exc_info} if record.exc_info else {}
            log.log(record.levelno, _said(record), logger=record.name, **fault)
        except Exception:  # noqa: BLE001 - a line that cannot be written must not end what wrote it
            self.handleError(record)


def _said(record: logging.LogRecord) -> str:
    """Return what a record says; one whose parts do not fit it, as far as that goes."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - any `__str__` may be behind it
        return str(record.msg)


def _format() -> str:
    try:
        return LogSettings.current().formato
    except PlatformError:
        # what is wrong with the settings is told by whoever needs them
        return TEXT


def _chain(service: str | None) -> list[Processor]:
    def of_process(_: Any, __: str, line: EventDict) -> EventDict:
        if service is not None:
            line["service"], line["pid"] = service, os.getpid()
        return line

    return [
        _ids,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        of_process,
        _faults,
        structlog.processors.format_exc_info,
        _masked,
    ]


def _renderer(formato: str) -> Processor:
    if formato == JSON:
        return _as_json
    # what a process is called says nothing to who looks at it
    said = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)

    def text(logger: Any, name: str, line: EventDict) -> Any:
        for key in ("service", "pid", "logger"):
            line.pop(key, None)
        # what somebody else wrote into it must not look like a line of its own
        line["event"] = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(line.get("event", "")))
        return said(logger, name, line)

    return text


def _as_json(_: Any, __: str, line: EventDict) -> str:
    first = {key: line.pop(key) for key in ("timestamp", "level", "service", "pid", "logger") if key in line}
    return json.dumps({**first, "message": line.pop("event", ""), **line}, ensure_ascii=False)


def _ids(_: Any, __: str, line: EventDict) -> EventDict:
    for key, value in context.ids().items():
        line.setdefault(key, value)
    return line


def _faults(_: Any, __: str, line: EventDict) -> EventDict:
    """Of a condition that is known say what it is and what happens next, without a traceback."""
    fault = _fault(line.get("exc_info"))
    known = None if fault is None else known_faults.known(fault)
    if fault is not None and known is not None:
        del line["exc_info"]
        reason = str(fault).partition("\n")[0]
        line.update(fault=type(fault).__name__, known=known.what, reason=reason, next=known.next)
    return line


def _fault(told: Any) -> BaseException | None:
    if isinstance(told, BaseException):
        return told
    if isinstance(told, tuple):
        return told[1] if len(told) == 3 and isinstance(told[1], BaseException) else None
    return sys.exc_info()[1] if told else None


def _masked(_: Any, __: str, line: EventDict) -> MutableMapping[str, Any]:
    made = {key: masked_under(key, value) for key, value in line.items() if key != "exception"}
    if "exception" in line:
        made["exception"] = mask(_shortened(str(line["exception"])))
    return made


def _shortened(text: str) -> str:
    """Return a traceback as far as it goes into a line: where it began, and where it ended."""
    if len(text) <= LONGEST_TRACE:
        return text
    half = LONGEST_TRACE // 2 - 20
    return f"{text[:half]}\n […]\n{text[-half:]}"


def _warning(message: Warning | str, category: type[Warning], *_: Any) -> str:
    return f"{category.__name__}: {message}"


def _uncaught(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, fault, trace)
        return
    log.critical("this process ends by a fault that nobody caught", exc_info=(kind, fault, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        name = told.thread.name if told.thread else "?"
        log.error("a thread ended by a fault that nobody caught", thread=name, exc_info=told.exc_value)


def _unraisable(told: Any) -> None:
    if told.exc_value is not None:
        log.error("a fault where nobody could catch it", where=repr(told.object)[:200], exc_info=told.exc_value)
