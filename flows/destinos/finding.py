"""Find a destination by what a person calls it."""

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer_group

from core.caller import OPERATOR, Caller
from core.errors import Conflict, NotFound
from storage.models.destinos import CLOSED, Destino
from storage.pages import key_of, visible
from storage.session import reading


def find(db: Session, name_or_id: str, caller: Caller = OPERATOR) -> Destino:
    """Return a destination by its number or its name."""
    number = key_of(name_or_id)
    by = Destino.nome == name_or_id if number is None else Destino.id == number
    query = select(Destino).where(by, visible(caller, Destino.usuario_id)).order_by(Destino.id).limit(2)
    found = db.scalars(query).all()
    if not found:
        raise NotFound(f"Destino {name_or_id[:100]!r}: não existe.", veja="destinos")
    if len(found) > 1:
        raise Conflict(f"Destino {name_or_id!r}: há mais de um com este nome, use o número.")
    return found[0]


def find_opened(db: Session, name_or_id: str, caller: Caller = OPERATOR) -> Destino:
    """Return it with its secrets, for when the session is closed; raise `Misconfigured` where no key opens them."""
    number = find(db, name_or_id, caller).id
    return db.get_one(Destino, number, options=[undefer_group(CLOSED)], populate_existing=True)


def number_of(name_or_id: str, caller: Caller = OPERATOR) -> int:
    """Return a destination's number."""
    with reading() as db:
        return find(db, name_or_id, caller).id
