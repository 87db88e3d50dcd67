"""When something last happened, as rows: nothing that matters is remembered by a cache."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from storage.models.limites import Marca
from storage.rows import upsert
from storage.session import transaction


def note(nome: str, clock: Clock = SYSTEM) -> None:
    """Note that it happened now."""
    with transaction() as db:
        _note(db, nome, clock)


def noted_anew(nome: str, clock: Clock = SYSTEM) -> datetime | None:
    """Note that it happened now, and return when it last had, if ever."""
    with transaction() as db:
        before = last(db, nome)
        _note(db, nome, clock)
    return before


def _note(db: Session, nome: str, clock: Clock) -> None:
    upsert(db, Marca, [{"nome": nome, "instante": clock.now()}], ["nome"])


def last(db: Session, nome: str) -> datetime | None:
    """Return when it last happened."""
    found = db.get(Marca, nome)
    return found.instante if found else None
