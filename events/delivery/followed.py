"""What is said of an attempt where somebody follows it: a line of the log, a span of a trace. Else it costs nothing."""

from collections.abc import Awaitable

from core import tracing
from core.context import of_cause
from core.logs import get_logger
from events.delivery.kind import Made
from events.delivery.rows import Owed

log = get_logger(__name__)


async def followed(owed: Owed, delivering: Awaitable[Made]) -> Made:
    """Wait for an attempt, and say of it what is wanted."""
    if not tracing.on:
        made = await delivering
    else:
        with tracing.span(f"entrega {owed.evento}", tracing.CLIENT, owed.origem) as span:
            made = await delivering
            span.say(**_said(owed, made))
    if log.on("info"):
        log.info("attempt", origin=owed.origem and of_cause(owed.origem), evento=owed.evento, **_said(owed, made))
    return made


def _said(owed: Owed, made: Made) -> dict[str, str | int]:
    return {
        "event_id": owed.message_id,
        "delivery_id": owed.id,
        "destino": owed.destino_id,
        "number": owed.tentativas + 1,
        "outcome": made.outcome.name,
        "status": made.status,
        "milliseconds": made.duration_ms,
    }
