"""Find a user by the name that a person types, and act for that user."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.errors import Conflict, NotFound
from core.text import storable
from storage.models.usuarios import Usuario
from storage.session import reading


def named(db: Session, nome: str) -> Usuario:
    """Return a user by name; raise `NotFound` when there is none."""
    found = (
        db.scalars(select(Usuario).where(Usuario.username == nome.strip())).one_or_none() if storable(nome) else None
    )
    if found is None:
        raise NotFound(f"Usuário {nome[:150]!r}: não existe.", veja="usuarios")
    return found


def caller_of(nome: str | None) -> Caller:
    """Return the caller that a person names, the operator where none is named.

    Raises:
        NotFound: there is no such user.
        Conflict: the user is off.
    """
    if nome is None:
        return OPERATOR
    with reading() as db:
        user = named(db, nome)
    if not user.ativo:
        raise Conflict(f"O usuário {user.username!r} está desativado; use `esteira usuarios ativar` antes.")
    return Caller(user.id)
