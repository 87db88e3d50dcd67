"""Take turns at what has no row yet: until the transaction ends nobody else writes under the same names."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

# Each name is a lock in a table that all connections share: some thousands at once are its end.
MOST = 500
_TAKE = text("SELECT pg_advisory_xact_lock(name) FROM unnest(CAST(:names AS bigint[])) AS name")


def take_turns(db: Session, names: Iterable[str]) -> None:
    """Wait until nobody else holds any of these names, and hold them; all wait in the same order, so none for ever.

    On SQLite there is one writer anyway.
    """
    numbers = sorted({_number(name) for name in names})
    if len(numbers) > MOST:
        raise ValueError(f"{len(numbers)} names in one transaction")
    if numbers and db.get_bind().dialect.name == "postgresql":
        db.execute(_TAKE, {"names": numbers})


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
