"""Find destinations by what a person calls them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import UsageError
from storage.models import Destino
from storage.session import reading


def find_all() -> Sequence[Destino]:
    """Return all destinations, the oldest first."""
    with reading() as db:
        return db.scalars(select(Destino).order_by(Destino.id)).all()


def find(db: Session, name_or_id: str) -> Destino:
    """Return a destination by its number or its name."""
    by = Destino.id == int(name_or_id) if name_or_id.isascii() and name_or_id.isdigit() else Destino.nome == name_or_id
    found = db.scalars(select(Destino).where(by).order_by(Destino.id).limit(2)).all()
    if len(found) != 1:
        reason = "há mais de um com este nome, use o número" if found else "não existe"
        raise UsageError(f"Destino {name_or_id!r}: {reason}.")
    return found[0]


def number_of(name_or_id: str) -> int:
    """Return a destination's number."""
    with reading() as db:
        return find(db, name_or_id).id
