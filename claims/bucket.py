"""Token buckets as rows, shared by all processes and outlived by no restart.

Whoever needs several takes them all in one call: their rows are locked in the order of their names, so that nobody
waits in a circle, and against each other only, never against a transaction that merely refers to them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from storage.models.base import CONTA_PADRAO
from storage.models.limites import Balde
from storage.rows import add_missing

# So much may the clocks of two machines differ.
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True, order=True)
class Bucket:
    """A bucket that somebody draws on: `capacity` at once, then one token per `refill_seconds`."""

    nome: str
    capacity: int
    refill_seconds: float
    conta: str = CONTA_PADRAO


@dataclass(frozen=True)
class Granted:
    """How many whole tokens there were, and the seconds until the next one exists."""

    tokens: int
    wait: float


def take(db: Session, wanted: Mapping[Bucket, int], now: datetime) -> dict[Bucket, Granted]:
    """Take up to so many whole tokens from each bucket; a new one is full."""
    rows = _locked(db, wanted, now)
    granted = {}
    for bucket, want in wanted.items():
        row = rows[bucket]
        elapsed = max((now - row.updated_at).total_seconds(), 0.0)
        tokens = min(row.tokens + elapsed / bucket.refill_seconds, float(bucket.capacity))
        taken = max(min(int(tokens), want), 0)
        row.tokens, row.updated_at = tokens - taken, _counted_to(row.updated_at, now)
        granted[bucket] = Granted(taken, max(1 - row.tokens, 0.0) * bucket.refill_seconds)
    db.flush()
    return granted


def _counted_to(before: datetime, now: datetime) -> datetime:
    """Return up to when the tokens are counted: clocks differ a little, but one that was far ahead set no date."""
    return max(now, before) if before - now <= CLOCKS_DIFFER else now


def give_back(db: Session, unused: Mapping[Bucket, int], now: datetime) -> None:
    """Return tokens that were taken and not used."""
    rows = _locked(db, {bucket: amount for bucket, amount in unused.items() if amount > 0}, now)
    for bucket, row in rows.items():
        row.tokens = min(row.tokens + unused[bucket], float(bucket.capacity))
    db.flush()


def empty(db: Session, buckets: Iterable[Bucket], now: datetime, seconds: float = 0.0) -> None:
    """Empty buckets: the other side said that its own are; their next token comes after `seconds` at the earliest."""
    for bucket, row in _locked(db, dict.fromkeys(buckets, 0), now).items():
        elapsed = max((now - row.updated_at).total_seconds(), 0.0)
        # below nothing: what an earlier answer asked for still counts
        owed = min(row.tokens + elapsed / bucket.refill_seconds, 1 - seconds / bucket.refill_seconds, 0.0)
        row.tokens, row.updated_at = owed, now
    db.flush()


def _locked(db: Session, buckets: Iterable[Bucket], now: datetime) -> dict[Bucket, Balde]:
    """Return the rows of these buckets, locked; those that do not exist yet are made, full."""
    ordered = sorted(buckets)
    if not ordered:
        return {}
    keys = [(bucket.conta, bucket.nome) for bucket in ordered]
    query = (
        select(Balde)
        .where(tuple_(Balde.conta, Balde.nome).in_(keys))
        .order_by(Balde.conta, Balde.nome)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = {(row.conta, row.nome): row for row in db.scalars(query)}
    if missing := [bucket for bucket in ordered if (bucket.conta, bucket.nome) not in found]:
        _make(db, missing, now)
        found = {(row.conta, row.nome): row for row in db.scalars(query)}
    return {bucket: found[bucket.conta, bucket.nome] for bucket in ordered}


def _make(db: Session, buckets: Iterable[Bucket], now: datetime) -> None:
    """Make full buckets; if a rival just did, its own stay."""
    rows = [
        {"conta": bucket.conta, "nome": bucket.nome, "tokens": float(bucket.capacity), "updated_at": now}
        for bucket in buckets
    ]
    add_missing(db, Balde, rows)
