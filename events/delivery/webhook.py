"""The webhook wire: Standard Webhooks headers, and those that existing receivers know (integracoes, section 3)."""

import json
from datetime import datetime

from events.delivery import sign
from events.delivery.channel import Channel, Message
from events.delivery.outcome import WEBHOOK
from events.delivery.sender import Request
from storage.models import Destino

USER_AGENT = "FiscalWebhook/1.0"
_RESERVED = frozenset({"host", "connection", "transfer-encoding", "user-agent"})
_RESERVED_PREFIXES = ("content-", "webhook-", "x-webhook-")


def build(destino: Destino, message: Message, now: datetime) -> Request:
    """Return the request of one attempt, signed now: a retry needs a new timestamp."""
    timestamp = int(now.timestamp())
    headers = {
        **custom_headers(destino.headers_customizados),
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "identity",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(timestamp),
        "X-Webhook-Event": message.evento,
        "X-Webhook-Attempt": str(message.attempt),
    }
    if destino.secret_key:
        live = [destino.secret_key, *_previous(destino, now)]
        signatures = [sign.signature(secret, message.message_id, timestamp, message.corpo) for secret in live]
        headers["webhook-signature"] = " ".join(signatures)
        headers["X-Webhook-Signature"] = sign.legacy_signature(destino.secret_key, message.corpo)
    return Request(destino.url, headers, message.corpo)


def _previous(destino: Destino, now: datetime) -> list[str]:
    """Return the secret that a rotation replaced, while both are accepted."""
    until = destino.secret_anterior_ate
    return [destino.secret_anterior] if destino.secret_anterior and until and now < until else []


def custom_headers(stored: str | None) -> dict[str, str]:
    """Return the owner's headers, without any that the contract reserves."""
    given = json.loads(stored) if stored else {}
    return {name: value for name, value in given.items() if not reserved(name)}


def reserved(name: str) -> bool:
    """Tell whether a header may not be replaced by the owner."""
    lower = name.lower()
    return lower in _RESERVED or lower.startswith(_RESERVED_PREFIXES)


CHANNEL = Channel("webhook", build, WEBHOOK)
