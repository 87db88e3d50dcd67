"""The webhook wire: Standard Webhooks headers, and those that existing receivers know.

docs/reference/contracts/integracoes.md §3.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.delivery import signing
from events.delivery.address import checked_url
from events.delivery.http import headers
from events.delivery.http.exchange import Answer, Request
from events.delivery.http.kind import HttpKind
from events.delivery.kind import Checked, Message, Said
from storage.models.destinos import Destino

USER_AGENT = "FiscalWebhook/1.0"
A_PAGE = "A resposta é uma página HTML: confira se quem responde neste endereço é mesmo o receptor."
_PAGE = re.compile(rb"\s*<(?:!doctype html|html)\b", re.IGNORECASE)


class Webhook(HttpKind):
    """A receiver of signed requests."""

    tipo = "webhook"
    takes = frozenset(["cabecalhos", "assinatura"])

    def build(self, destino: Destino, message: Message, now: datetime) -> Request:
        """Return the request of one attempt, signed now: a retry needs a new timestamp."""
        timestamp = str(int(now.timestamp()))
        told = {
            **headers.stored(destino.headers_customizados),
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "identity",
            "webhook-id": message.message_id,
            "webhook-timestamp": timestamp,
            "X-Webhook-Event": message.evento,
            "X-Webhook-Attempt": str(message.attempt),
        }
        return Request(destino.url, told | signing.signatures(destino, message, now), message.corpo)

    def doubt(self, answer: Answer) -> str | None:
        """Point out a page: any 2xx is a success by contract, yet a login page answers 200 too."""
        return A_PAGE if _PAGE.match(answer.body) else None

    def checked(self, said: Said) -> Checked:
        """Return its columns; without a secret it gets one, shown once where the receiver needs it."""
        url, made = checked_url(said.url), signing.made(said)
        columns = {"url": url, "headers_customizados": headers.checked(said.cabecalhos), **made.columns}
        return Checked(columns, made.segredo, self.warning(url))

    def rotated(self, destino: Destino, said: Said, now: datetime) -> Checked:
        """Return another secret; requests are signed with both for a day."""
        return signing.rotated(destino, said, now)

    def shown(self, destino: Destino) -> Mapping[str, Any]:
        """Return how it signs, the public key its receiver needs, and the names of its own headers."""
        return {**signing.shown(destino), "cabecalhos": sorted(headers.stored(destino.headers_customizados))}


KIND = Webhook()
