"""Signatures of a webhook: Standard Webhooks 1.0.0 (`v1`, `v1a`), and the older hex header for existing receivers.

The secret says the scheme: `whsk_` is an ed25519 key, whose public half (`whpk_`) its receiver has; any other secret is
shared with the receiver.
"""

import binascii
import hmac
import secrets
from base64 import b64decode, b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from core.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PREFIX, PRIVATE_PREFIX, PUBLIC_PREFIX = "whsec_", "whsk_", "whpk_"
SYMMETRIC, ASYMMETRIC = "v1", "v1a"
SCHEMES = (SYMMETRIC, ASYMMETRIC)
KEY_BYTES = 32


def new_secret(scheme: str = SYMMETRIC) -> str:
    """Return a fresh secret as people see it."""
    if scheme == SYMMETRIC:
        return PREFIX + _text(secrets.token_bytes(KEY_BYTES))
    seed = secrets.token_bytes(KEY_BYTES)
    return PRIVATE_PREFIX + _text(seed + _public_bytes(seed))


def scheme_of(secret: str) -> str:
    """Return the scheme a secret signs with."""
    return ASYMMETRIC if secret.startswith(PRIVATE_PREFIX) else SYMMETRIC


def key_of(secret: str) -> bytes:
    """Return the shared key: the decoded bytes after `whsec_`; a secret without the prefix is its UTF-8 bytes."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    return b64decode(secret.removeprefix(PREFIX), validate=True)


def public_key(secret: str) -> str:
    """Return the public half of a `whsk_` key, as its receiver needs it."""
    return PUBLIC_PREFIX + _text(_public_bytes(_seed(secret)))


def checked_secret(secret: str) -> str:
    """Return the secret, or raise `UsageError` with what is wrong with it."""
    if not 1 <= len(secret) <= 100 or not secret.isprintable():
        raise UsageError("O segredo deve ter de 1 a 100 caracteres.", campo="segredo")
    if secret.startswith(PUBLIC_PREFIX):
        raise UsageError("O segredo é a chave privada (whsk_); a pública (whpk_) fica com o receptor.", campo="segredo")
    try:
        usable = _seed(secret) if scheme_of(secret) == ASYMMETRIC else key_of(secret)
    except (binascii.Error, ValueError):
        usable = b""
    if not usable:
        raise UsageError(
            "Um segredo que começa com whsec_ ou whsk_ deve continuar com a chave, em base64.", campo="segredo"
        )
    return secret


def checked_scheme(scheme: str | None) -> str:
    """Return the scheme that was asked for."""
    if scheme not in (None, *SCHEMES):
        raise UsageError(f"Assinatura desconhecida: {scheme[:40]!r}. Use {' ou '.join(SCHEMES)}.", campo="assinatura")
    return scheme or SYMMETRIC


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the `webhook-signature` entry of these bytes."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    if scheme_of(secret) == ASYMMETRIC:
        return f"{ASYMMETRIC},{_text(_private(secret).sign(signed))}"
    return f"{SYMMETRIC},{_text(_digest(secret, signed, whole=False))}"


def legacy_signature(secret: str, body: bytes) -> str:
    """Return `X-Webhook-Signature`: hex HMAC of the raw body with the whole secret text, prefix included."""
    return _digest(secret, body, whole=True).hex()


def _digest(secret: str, signed: bytes, *, whole: bool) -> bytes:
    made = _keyed(secret, whole=whole).copy()
    made.update(signed)
    return made.digest()


@lru_cache(maxsize=512)
def _keyed(secret: str, *, whole: bool) -> hmac.HMAC:
    """Return the digest of nothing under a key: to go on from there costs less than to begin anew for each request."""
    return hmac.new(secret.encode() if whole else key_of(secret), digestmod="sha256")


def _seed(secret: str) -> bytes:
    """Return the 32 bytes of a key that is written alone, or with its public half behind it."""
    raw = b64decode(secret.removeprefix(PRIVATE_PREFIX), validate=True)
    seed, public = raw[:KEY_BYTES], raw[KEY_BYTES:]
    if len(seed) != KEY_BYTES or public not in (b"", _public_bytes(seed)):
        raise ValueError("no ed25519 key")
    return seed


@lru_cache(maxsize=256)
def _private(secret: str) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(_seed(secret))


def _public_bytes(seed: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
