"""Sessions of browsers: begun with name and password, looked up at each request.

docs/reference/contracts/integracoes.md §10.1. A session is a row: it ends at once where its user is turned off or gets
another password, at the hour of the settings, and where nobody used it for as long as they say.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from core.settings.api import ApiSettings
from flows.usuarios import leaving, passwords, using
from flows.usuarios.tokens import BYTES, Quem, digest
from storage.models.acesso import Sessao
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

# Who signs in without end ends what was begun first.
AT_ONCE = 20


@dataclass(frozen=True)
class Begun:
    """A session that just began; `token` is what its browser shows from now on."""

    token: str = field(repr=False)
    quem: Quem
    expira_em: datetime


def begin(username: str, password: str, before: str | None = None, clock: Clock = SYSTEM) -> Begun | None:
    """Sign in; none for a wrong name or password, or a user who is off, which take the same time.

    What the browser showed `before` ends: nobody signs in under a session that somebody else may know.
    """
    who = passwords.proved(username, password)
    if who is None:
        return None
    with transaction() as db:
        user = passwords.held(db, who)
        if before is not None:
            leaving.end(db, before)
        return _made(db, user, clock.now()) if user is not None else None


def quem(token: str, clock: Clock = SYSTEM, *, uses: bool = True) -> Quem | None:
    """Return whose a session is; nobody's when it is unknown or over. With `uses` that counts as a use of it."""
    now = clock.now()
    idle = now - timedelta(minutes=ApiSettings.current().session_idle_minutes)
    stands = Sessao.expira_em > now, Sessao.usada_em > idle, Usuario.ativo
    wanted = (Sessao.id, Sessao.usada_em, Usuario.id, Usuario.username, Usuario.is_staff, Usuario.limite_api)
    query = select(*wanted).join(Usuario, Usuario.id == Sessao.usuario_id)
    with reading() as db:
        row = db.execute(query.where(Sessao.hash == digest(token), *stands)).one_or_none()
    if row is None:
        return None
    number, used, user, username, staff, limit = row
    if uses:
        using.note(Sessao.usada_em, number, used, now)
    return Quem(user, username, staff, limit)


def _made(db: Session, user: Usuario, now: datetime) -> Begun:
    token, ends = secrets.token_urlsafe(BYTES), now + timedelta(hours=ApiSettings.current().session_hours)
    db.add(Sessao(usuario_id=user.id, hash=digest(token), criada_em=now, usada_em=now, expira_em=ends))
    db.flush()
    mine = select(Sessao.id).where(Sessao.usuario_id == user.id).order_by(Sessao.id.desc())
    older = list(db.scalars(mine.offset(AT_ONCE)))
    db.execute(delete(Sessao).where(Sessao.id.in_(older)))
    return Begun(token, Quem(user.id, user.username, user.is_staff, user.limite_api), ends)
