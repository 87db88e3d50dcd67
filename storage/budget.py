"""Token buckets as rows, shared by all processes and outlived by no restart."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.models import Balde
from storage.models.base import CONTA_PADRAO


def take(
    db: Session,
    nome: str,
    want: int,
    *,
    capacity: int,
    refill_seconds: float,
    now: datetime,
    conta: str = CONTA_PADRAO,
) -> tuple[int, float]:
    """Take up to `want` whole tokens; return how many, and the seconds until the next one exists."""
    bucket = _locked(db, conta, nome)
    if bucket is None:
        bucket = _new(db, conta, nome, capacity, now)
    elapsed = max((now - bucket.updated_at).total_seconds(), 0.0)
    tokens = min(bucket.tokens + elapsed / refill_seconds, float(capacity))
    granted = min(int(tokens), want)
    bucket.tokens, bucket.updated_at = tokens - granted, max(now, bucket.updated_at)
    db.flush()
    return granted, max(1 - bucket.tokens, 0.0) * refill_seconds


def give_back(db: Session, nome: str, amount: int, *, capacity: int, conta: str = CONTA_PADRAO) -> None:
    """Return tokens that were not used."""
    bucket = _locked(db, conta, nome)
    if bucket is not None:
        bucket.tokens = min(bucket.tokens + amount, float(capacity))


def empty(db: Session, nome: str, now: datetime, *, conta: str = CONTA_PADRAO) -> None:
    """Empty a bucket: the server said that its own is."""
    bucket = _locked(db, conta, nome)
    if bucket is not None:
        bucket.tokens, bucket.updated_at = 0.0, now


def _locked(db: Session, conta: str, nome: str) -> Balde | None:
    return db.scalar(select(Balde).where(Balde.conta == conta, Balde.nome == nome).with_for_update())


def _new(db: Session, conta: str, nome: str, capacity: int, now: datetime) -> Balde:
    """Make a full bucket; if a rival just did, use that one."""
    try:
        with db.begin_nested():
            bucket = Balde(conta=conta, nome=nome, tokens=float(capacity), updated_at=now)
            db.add(bucket)
        return bucket
    except IntegrityError:
        return db.scalars(select(Balde).where(Balde.conta == conta, Balde.nome == nome).with_for_update()).one()
