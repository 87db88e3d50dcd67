"""Sign in with name and password; what comes of it is a token. docs/reference/contracts/integracoes.md §4.3."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from core.text import storable
from flows.usuarios import passwords, tokens
from storage.models.acesso import Origem, TokenAPI
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

LASTS = timedelta(days=30)
# Who signs in without end ends what was signed in first.
AT_ONCE = 20


def enter(username: str, password: str, clock: Clock = SYSTEM) -> str | None:
    """Return a new token, none for a wrong name or password, or a user who is off; they take the same time."""
    with reading() as db:
        mine = Usuario.username == username.strip(), Usuario.ativo
        row = db.execute(select(Usuario.id, Usuario.password_hash).where(*mine)).first() if storable(username) else None
    if not passwords.right(row.password_hash if row else None, password) or row is None:
        return None
    now = clock.now()
    with transaction() as db:
        token = tokens.make(db, db.get_one(Usuario, row.id), Origem.LOGIN, now, now + LASTS).token
        _end_older(db, row.id, now)
    return token


def _end_older(db: Session, user: int, now: datetime) -> None:
    mine = TokenAPI.usuario_id == user, TokenAPI.origem == Origem.LOGIN, TokenAPI.revogado_em.is_(None)
    older = select(TokenAPI.id).where(*mine).order_by(TokenAPI.id.desc()).offset(AT_ONCE)
    ids = list(db.scalars(older))
    if ids:
        db.execute(update(TokenAPI).where(TokenAPI.id.in_(ids)).values(revogado_em=now))
