"""The signatures of what is sent with a secret of its own: a webhook's request, a message of a broker.

docs/reference/contracts/webhooks_delivery.md §1
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.errors import UsageError
from events.delivery import sign
from events.delivery.kind import Checked, Message, Said
from storage.models.destinos import Destino

# After a change the secrets before sign on for a day, the newest of them: a receiver may have any.
OVERLAP, MOST_BEFORE = timedelta(hours=24), 3
# No secret has a line break in it.
BETWEEN = "\n"
BOTH = "Por 24 horas as entregas são assinadas com os dois."


def made(said: Said) -> Checked:
    """Return the secret that is said, else a new one, which is shown once where the receiver needs it."""
    secret = _secret(said, sign.checked_scheme(said.assinatura))
    return Checked({"secret_key": secret}, _to_show(said, secret))


def rotated(destino: Destino, said: Said, now: datetime) -> Checked:
    """Return another secret; those before it sign for a day more. The one that signs already changes nothing."""
    before = sign.scheme_of(destino.secret_key) if destino.secret_key else None
    secret = _secret(said, sign.checked_scheme(said.assinatura or before))
    if secret == destino.secret_key:
        return Checked()
    earlier = [one for one in _live(destino, now) if one != secret][:MOST_BEFORE]
    columns = {
        "secret_key": secret,
        "secret_anterior": BETWEEN.join(earlier) or None,
        "secret_anterior_ate": now + OVERLAP,
    }
    return Checked(columns, _to_show(said, secret), BOTH if before else None)


def shown(destino: Destino) -> Mapping[str, Any]:
    """Return how a destination signs, and the public key its receiver needs."""
    secret = destino.secret_key
    scheme = sign.scheme_of(secret) if secret else None
    return {
        "assinatura": scheme,
        "chave_publica": sign.public_key(secret) if secret and scheme == sign.ASYMMETRIC else None,
    }


def signatures(destino: Destino, message: Message, now: datetime) -> dict[str, str]:
    """Return the headers that sign a message; none without a secret."""
    if not destino.secret_key:
        return {}
    live, timestamp = _live(destino, now), int(now.timestamp())
    entries = [sign.signature(secret, message.message_id, timestamp, message.corpo) for secret in live]
    told = {"webhook-signature": " ".join(entries)}
    shared = [secret for secret in live if sign.scheme_of(secret) == sign.SYMMETRIC]
    if shared:
        told["X-Webhook-Signature"] = sign.legacy_signature(shared[0], message.corpo)
    return told


def replaced(destino: Destino) -> list[str]:
    """Return the secrets that were changed for others, the newest first, whether or not they sign still."""
    return destino.secret_anterior.split(BETWEEN) if destino.secret_anterior else []


def _live(destino: Destino, now: datetime) -> list[str]:
    """Return the secrets that sign, the newest first."""
    until, own = destino.secret_anterior_ate, [destino.secret_key] if destino.secret_key else []
    return own + (replaced(destino) if until and now < until else [])


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
