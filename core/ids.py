"""Identifiers that sort by time: ULIDs (48 bits of milliseconds, 80 random bits, Crockford base 32)."""

import secrets
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret


def ulid(instant: datetime) -> str:
    """Return 26 characters."""
    number = int(instant.timestamp() * 1000) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def message_id(instant: datetime) -> str:
    """Return the `webhook-id` of an event: nothing in it is chosen by a user, and it holds no full stop."""
    return f"msg_{ulid(instant)}"
