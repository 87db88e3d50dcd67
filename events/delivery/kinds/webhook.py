"""The webhook wire: Standard Webhooks headers, and those that existing receivers know.

docs/reference/contracts/integracoes.md §3.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.errors import UsageError
from events.delivery import sign
from events.delivery.address import checked_url
from events.delivery.http import headers
from events.delivery.http.exchange import Answer, Request
from events.delivery.http.kind import HttpKind
from events.delivery.kind import Checked, Message, Said
from storage.models.destinos import Destino

USER_AGENT = "FiscalWebhook/1.0"
# Both secrets sign for a day after a change.
OVERLAP = timedelta(hours=24)
A_PAGE = "A resposta é uma página HTML: confira se quem responde neste endereço é mesmo o receptor."
_PAGE = re.compile(rb"\s*<(?:!doctype html|html)\b", re.IGNORECASE)
BOTH = "Por 24 horas as entregas são assinadas com os dois."


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
        return Request(destino.url, told | _signatures(destino, message, now), message.corpo)

    def doubt(self, answer: Answer) -> str | None:
        """Point out a page: any 2xx is a success by contract, yet a login page answers 200 too."""
        return A_PAGE if _PAGE.match(answer.body) else None

    def checked(self, said: Said) -> Checked:
        """Return its columns; without a secret it gets one, shown once where the receiver needs it."""
        url = checked_url(said.url)
        secret = _secret(said, sign.checked_scheme(said.assinatura))
        columns = {"url": url, "headers_customizados": headers.checked(said.cabecalhos), "secret_key": secret}
        return Checked(columns, _to_show(said, secret), self.warning(url))

    def rotated(self, destino: Destino, said: Said, now: datetime) -> Checked:
        """Return another secret; requests are signed with both for a day."""
        before = sign.scheme_of(destino.secret_key) if destino.secret_key else None
        secret = _secret(said, sign.checked_scheme(said.assinatura or before))
        columns = {
            "secret_key": secret,
            "secret_anterior": destino.secret_key,
            "secret_anterior_ate": now + OVERLAP,
        }
        return Checked(columns, _to_show(said, secret), BOTH if before else None)

    def shown(self, destino: Destino) -> Mapping[str, Any]:
        """Return how it signs, the public key its receiver needs, and the names of its own headers."""
        secret = destino.secret_key
        scheme = sign.scheme_of(secret) if secret else None
        return {
            "assinatura": scheme,
            "chave_publica": sign.public_key(secret) if secret and scheme == sign.ASYMMETRIC else None,
            "cabecalhos": sorted(headers.stored(destino.headers_customizados)),
        }


def _secret(said: Said, scheme: str) -> str:
    if said.segredo is None:
        return sign.new_secret(scheme)
    secret = sign.checked_secret(said.segredo)
    if said.assinatura is not None and sign.scheme_of(secret) != scheme:
        raise UsageError("A assinatura v1a precisa de um segredo whsk_; a v1 não aceita um.", campo="assinatura")
    return secret


def _to_show(said: Said, secret: str) -> str | None:
    """Return a secret made here that its receiver has to know; of an ed25519 key that is only the public half."""
    return secret if said.segredo is None and sign.scheme_of(secret) == sign.SYMMETRIC else None


def _signatures(destino: Destino, message: Message, now: datetime) -> dict[str, str]:
    if not destino.secret_key:
        return {}
    live, timestamp = [destino.secret_key, *_previous(destino, now)], int(now.timestamp())
    entries = [sign.signature(secret, message.message_id, timestamp, message.corpo) for secret in live]
    told = {"webhook-signature": " ".join(entries)}
    shared = [secret for secret in live if sign.scheme_of(secret) == sign.SYMMETRIC]
    if shared:
        told["X-Webhook-Signature"] = sign.legacy_signature(shared[0], message.corpo)
    return told


def _previous(destino: Destino, now: datetime) -> list[str]:
    """Return the secret that a rotation replaced, while both are accepted."""
    until = destino.secret_anterior_ate
    return [destino.secret_anterior] if destino.secret_anterior and until and now < until else []


KIND = Webhook()
