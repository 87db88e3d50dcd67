"""What is given once: the row of a notice is added in the transaction that owes it, and only one can add it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from storage.models.avisos import AvisoDado
from storage.rows import add_new


def first(db: Session, nome: str, sobre: str, now: datetime) -> bool:
    """Note that a notice is given; tell whether nobody had before."""
    return bool(add_new(db, AvisoDado, [{"nome": nome, "sobre": sobre, "dado_em": now}], "id"))


def given(db: Session, nome: str, sobre: Sequence[str]) -> bool:
    """Tell whether a notice about any of these was given."""
    return bool(db.scalar(select(exists().where(AvisoDado.nome == nome, AvisoDado.sobre.in_(sobre)))))


def forget(db: Session, nome: str, sobre: str) -> None:
    """Take back that a notice was given."""
    db.execute(delete(AvisoDado).where(AvisoDado.nome == nome, AvisoDado.sobre == sobre))
