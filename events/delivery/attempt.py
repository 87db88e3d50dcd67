"""One attempt: build the request, send it, read what it means. No database here."""

import time
from dataclasses import dataclass
from datetime import datetime

from core.clock import Clock
from events.delivery import outcome as outcomes
from events.delivery.channel import Channel, Message
from events.delivery.outcome import Outcome
from events.delivery.queue import Owed
from events.delivery.sender import Answer, Sender
from storage.models import Destino


@dataclass(frozen=True)
class Made:
    """What one request came to."""

    outcome: Outcome
    started_at: datetime
    duration_ms: int
    status: int = 0
    response: str | None = None
    address: str | None = None


async def attempt(sender: Sender, channel: Channel, destino: Destino, owed: Owed, clock: Clock) -> Made:
    """Make one request; only a fault of our own escapes, and that is no attempt."""
    now, began = clock.now(), time.monotonic()
    message = Message(owed.message_id, owed.evento, owed.corpo, owed.tentativas + 1)
    request = channel.build(destino, message, now)
    answer: Answer | None = None
    try:
        answer = await sender.post(request, destino.timeout)
        outcome = outcomes.of_status(channel.statuses, answer.status, answer.retry_after, now)
    except Exception as error:
        known = outcomes.of_exception(error)
        if known is None:
            raise
        outcome = known
    elapsed = int((time.monotonic() - began) * 1000)
    if answer is None:
        return Made(outcome, now, elapsed)
    return Made(outcome, now, elapsed, answer.status, answer.text, answer.address)
