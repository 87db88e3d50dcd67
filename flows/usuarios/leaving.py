"""End sessions of browsers: one, or all of a user."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from flows.usuarios.tokens import digest
from storage.models.acesso import Sessao
from storage.session import transaction


def leave(token: str) -> None:
    """End a session, if it is one."""
    with transaction() as db:
        end(db, token)


def leave_everywhere(user: int) -> None:
    """End every session of a user, by number."""
    with transaction() as db:
        end_all(db, user)


def end(db: Session, token: str) -> None:
    """End a session in the caller's transaction."""
    db.execute(delete(Sessao).where(Sessao.hash == digest(token)))


def end_all(db: Session, user: int) -> None:
    """End every session of a user in the caller's transaction."""
    db.execute(delete(Sessao).where(Sessao.usuario_id == user))
