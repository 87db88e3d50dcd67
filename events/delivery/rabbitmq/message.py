"""A message as it is published: the event's own bytes, kept on disk, with the headers of a webhook."""

import json
from dataclasses import dataclass
from datetime import datetime

import amqp

from events.delivery import signing
from events.delivery.kind import Message
from events.delivery.rabbitmq.options import Exchange
from events.delivery.rabbitmq.routing import key_for
from storage.models.destinos import Destino

PERSISTENT = 2


@dataclass(frozen=True)
class Publication:
    """One message and its routing key; `ends` is the moment of `time.monotonic` by which it has to be settled."""

    message: amqp.Message
    key: str
    ends: float

    @property
    def number(self) -> str:
        """The id of the event: the same at each attempt."""
        return str(self.message.properties["message_id"])


def publication(destino: Destino, exchange: Exchange, message: Message, now: datetime, ends: float) -> Publication:
    """Return what is published of an event; it is signed now, as a webhook is."""
    headers = {
        "webhook-id": message.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "X-Webhook-Event": message.evento,
        "X-Webhook-Attempt": str(message.attempt),
        **signing.signatures(destino, message, now),
    }
    made = amqp.Message(
        message.corpo,
        content_type="application/json",
        content_encoding="utf-8",
        delivery_mode=PERSISTENT,
        message_id=message.message_id,
        type=message.evento,
        timestamp=int(now.timestamp()),
        app_id="esteira",
        application_headers=headers,
    )
    dados = json.loads(message.corpo)["dados"] if "{dados" in exchange.key else None
    return Publication(made, key_for(exchange.key, message.evento, dados), ends)
