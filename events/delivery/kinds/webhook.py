"""The webhook wire: Standard Webhooks headers, and those that existing receivers know.

docs/reference/contracts/integracoes.md §3.
"""

import json
from datetime import datetime, timedelta

from core.errors import UsageError
from events.delivery import sign
from events.delivery.address import checked_url
from events.delivery.http.kind import HttpKind
from events.delivery.http.sender import Request
from events.delivery.kind import Checked, Message, Said
from storage.models import Destino

USER_AGENT = "FiscalWebhook/1.0"
# Both secrets sign for a day after a change.
OVERLAP = timedelta(hours=24)
_RESERVED = frozenset({"host", "connection", "transfer-encoding", "user-agent"})
_RESERVED_PREFIXES = ("content-", "webhook-", "x-webhook-")


class Webhook(HttpKind):
    """A receiver of signed requests."""

    tipo = "webhook"

    def build(self, destino: Destino, message: Message, now: datetime) -> Request:
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

    def checked(self, said: Said) -> Checked:
        """Return its columns; without a secret it gets one, shown once."""
        if said.topico is not None:
            raise UsageError("Só destinos ntfy têm tópico.")
        url = checked_url(said.url)
        made = sign.new_secret() if said.segredo is None else None
        secret = made or sign.checked_secret(said.segredo or "")
        return Checked({"url": url, "topico": None, "secret_key": secret}, made, self.warning(url))

    def rotated(self, destino: Destino, novo: str | None, now: datetime) -> Checked:
        """Return another secret; requests are signed with both for a day."""
        made = sign.new_secret() if novo is None else None
        columns = {
            "secret_key": made or sign.checked_secret(novo or ""),
            "secret_anterior": destino.secret_key,
            "secret_anterior_ate": now + OVERLAP,
        }
        return Checked(columns, made)


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


KIND = Webhook()
