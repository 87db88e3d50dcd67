"""Traces of OpenTelemetry, where they are asked for: else a span costs a comparison and nothing is loaded.

The number of a trace is the `origin` of the log, and a span knows its parent by what messages and events carry
(`core.context.cause`): so one trace goes through all processes, and through the rows between them.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from core import context, logs
from core.settings.otel import OtelSettings

CLOSING_SECONDS = 1.5
SERVER, CLIENT, PRODUCER, CONSUMER = "SERVER", "CLIENT", "PRODUCER", "CONSUMER"
log = logs.get_logger(__name__)
# Whether this process makes traces.
on = False
_made: Any = None


class Span(Protocol):
    """A span, as those see it who have something to say of it."""

    def name(self, name: str) -> None:
        """Call it so."""

    def say(self, **attributes: str | int | float | bool) -> None:
        """Note something of it."""


class _Nothing:
    def name(self, name: str) -> None:
        """There is none to be named."""

    def say(self, **attributes: str | int | float | bool) -> None:
        """There is none to be spoken of."""


NOTHING = _Nothing()


def of_process(name: str) -> None:
    """Begin to make traces in a process that stays, if the settings ask for it; after a fork, never before."""
    global on, _made
    settings = OtelSettings.current()
    if settings.endereco is None:
        return
    try:
        from core import otel
    except ImportError:
        log.warning("no traces", reason="the extra otel is not installed", next="pip install -e '.[otel]'")
        return
    _made = otel.Traces(name, settings)
    on = True


def close() -> None:
    """Send what is left, if that is possible in a moment."""
    global on, _made
    made, on, _made = _made, False, None
    if made is not None:
        thread = threading.Thread(target=made.close, daemon=True)
        thread.start()
        thread.join(CLOSING_SECONDS)


@contextmanager
def span(name: str, kind: str, cause: str | None = None) -> Iterator[Span]:
    """Make a span of what is done within; its parent is the cause, by default what is under way here."""
    if not on:
        yield NOTHING
        return
    carried = cause or context.begun()
    with (
        _made.span(name, kind, carried) as (one, number),
        context.bound(origin=context.of_cause(carried), span_id=number),
    ):
        yield one
