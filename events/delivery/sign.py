"""Signatures of a webhook: Standard Webhooks 1.0.0 (`v1`), and the older hex header kept for existing receivers."""

import binascii
import hmac
import secrets
from base64 import b64decode, b64encode

from core.errors import UsageError

PREFIX = "whsec_"
KEY_BYTES = 32


def new_secret() -> str:
    """Return a fresh secret as people see it."""
    return PREFIX + b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Return the key: the decoded bytes after `whsec_`; a secret without the prefix is its UTF-8 bytes."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    return b64decode(secret.removeprefix(PREFIX), validate=True)


def checked_secret(secret: str) -> str:
    """Return the secret, or raise `UsageError` with what is wrong with it."""
    if not 1 <= len(secret) <= 100 or not secret.isprintable():
        raise UsageError("O segredo deve ter de 1 a 100 caracteres.")
    try:
        empty = not key_of(secret)
    except (binascii.Error, ValueError):
        empty = True
    if empty:
        raise UsageError("Um segredo que começa com whsec_ deve continuar em base64.")
    return secret


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the `webhook-signature` entry of these bytes."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(key_of(secret), signed, "sha256")).decode()


def legacy_signature(secret: str, body: bytes) -> str:
    """Return `X-Webhook-Signature`: hex HMAC of the raw body with the whole secret text, prefix included."""
    return hmac.digest(secret.encode(), body, "sha256").hex()
