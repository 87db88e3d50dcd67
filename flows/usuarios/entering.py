"""Sign in with name and password; what comes of it is a token. docs/reference/contracts/integracoes.md §4.3."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from flows.usuarios import passwords, tokens
from storage.models.acesso import Origem, TokenAPI
from storage.session import transaction

LASTS = timedelta(days=30)
# Who signs in without end ends what was signed in first.
AT_ONCE = 20


def enter(username: str, password: str, clock: Clock = SYSTEM) -> str | None:
    """Return a new token, none for a wrong name or password, or a user who is off; they take the same time."""
    who = passwords.proved(username, password)
    if who is None:
        return None
    now = clock.now()
    with transaction() as db:
        user = passwords.held(db, who)
        if user is None:
            return None
        token = tokens.make(db, user, Origem.LOGIN, now, now + LASTS).token
        _end_older(db, user.id, now)
    return token


def _end_older(db: Session, user: int, now: datetime) -> None:
    mine = TokenAPI.usuario_id == user, TokenAPI.origem == Origem.LOGIN, TokenAPI.revogado_em.is_(None)
    older = select(TokenAPI.id).where(*mine).order_by(TokenAPI.id.desc()).offset(AT_ONCE)
    ids = list(db.scalars(older))
    if ids:
        db.execute(update(TokenAPI).where(TokenAPI.id.in_(ids)).values(revogado_em=now))
