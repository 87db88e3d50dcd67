"""What is given once: the row of a notice is added in the transaction that owes it, and only one can add it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.models.avisos import AvisoDado
from storage.rows import add_new

# A database takes so many parameters in one statement.
AT_ONCE = 1000


def first(db: Session, nome: str, sobre: str, now: datetime) -> bool:
    """Note that a notice is given; tell whether nobody had before."""
    return bool(add_new(db, AvisoDado, [{"nome": nome, "sobre": sobre, "dado_em": now}], "id"))


def given(db: Session, nome: str, sobre: Sequence[str]) -> set[str]:
    """Return those of these things that the notice was given about."""
    found = set[str]()
    for start in range(0, len(sobre), AT_ONCE):
        some = AvisoDado.sobre.in_(sobre[start : start + AT_ONCE])
        found |= set(db.scalars(select(AvisoDado.sobre).where(AvisoDado.nome == nome, some)))
    return found


def forget(db: Session, nome: str, sobre: str) -> None:
    """Take back that a notice was given."""
    db.execute(delete(AvisoDado).where(AvisoDado.nome == nome, AvisoDado.sobre == sobre))
