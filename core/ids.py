"""Identifiers that sort by time: ULIDs (48 bits of milliseconds, 80 random bits, Crockford base 32)."""

import secrets
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_SHIFTS = range(120, -1, -10)


def ulid(instant: datetime) -> str:
    """Return 26 characters."""
    number = int(instant.timestamp() * 1000) << 80 | secrets.randbits(80)
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def message_id(instant: datetime) -> str:
    """Return the `webhook-id` of an event: nothing in it is chosen by a user, and it holds no full stop."""
    return f"msg_{ulid(instant)}"
