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
        upsert(db, Marca, [{"nome": nome, "instante": clock.now()}], ["nome"])


def last(db: Session, nome: str) -> datetime | None:
    """Return when it last happened."""
    found = db.get(Marca, nome)
    return found.instante if found else None
