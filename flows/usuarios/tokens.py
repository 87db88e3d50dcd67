"""Tokens of the API: made, listed, revoked, and whose one is. docs/reference/contracts/integracoes.md §1.2 and §4.2."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import NotFound, UsageError
from core.page import SIZE, Page
from flows.usuarios import using
from flows.usuarios.finding import named
from flows.usuarios.views import UserView
from storage.models.acesso import Origem, TokenAPI
from storage.models.usuarios import Usuario
from storage.pages import key_of, newest_first
from storage.session import reading, transaction

BYTES, PREFIX = 32, 8
LONGEST_DAYS = 3650
ONCE = "Token da API; guarde agora, porque não aparece de novo:"


@dataclass(frozen=True)
class TokenView:
    """A token as people see it: never itself."""

    id: int
    usuario: str
    prefixo: str
    origem: str
    situacao: str
    criado_em: datetime
    expira_em: datetime | None
    ultimo_uso: datetime | None


@dataclass(frozen=True)
class Made:
    """A token just made; `token` is itself, to be shown once."""

    token: str
    view: TokenView


@dataclass(frozen=True)
class Quem:
    """Whose a token is."""

    id: int
    username: str
    staff: bool
    limite: int | None

    @property
    def caller(self) -> Caller:
        """As whom the flows are asked: staff see what the operator sees."""
        return OPERATOR if self.staff else self.proprio

    @property
    def proprio(self) -> Caller:
        """As whom something is made: it belongs to this person, staff or not."""
        return Caller(self.id)


def criar(username: str, *, dias: int | None = None, clock: Clock = SYSTEM) -> Made:
    """Make a token for a user, which ends after so many days if asked; raise `NotFound` or `UsageError`."""
    if dias is not None and not 1 <= dias <= LONGEST_DAYS:
        raise UsageError(f"Um token vale de 1 a {LONGEST_DAYS} dias.", campo="dias")
    ends = None if dias is None else clock.now() + timedelta(days=dias)
    with transaction() as db:
        return make(db, named(db, username), Origem.OPERADOR, clock.now(), ends)


def make(db: Session, user: Usuario, origin: Origem, now: datetime, ends: datetime | None = None) -> Made:
    """Add a token in the caller's transaction."""
    token = _new()
    row = TokenAPI(
        usuario_id=user.id,
        prefixo=token[:PREFIX],
        hash=digest(token),
        origem=origin,
        criado_em=now,
        expira_em=ends,
        revogado_em=None,
        ultimo_uso=None,
    )
    db.add(row)
    db.flush()
    return Made(token, _view(row, user.username, now))


def _new() -> str:
    """Return a new token; people type how it begins, and what begins with a hyphen is an option to a command."""
    while (token := secrets.token_urlsafe(BYTES)).startswith("-"):
        pass
    return token


def listar(
    username: str | None = None, *, depois: int | None = None, limite: int = SIZE, clock: Clock = SYSTEM
) -> Page[TokenView]:
    """Return a page of tokens, the newest first, of one user if asked."""
    now = clock.now()
    query = select(TokenAPI.id, TokenAPI, Usuario.username).join(Usuario, Usuario.id == TokenAPI.usuario_id)
    with reading() as db:
        if username is not None:
            query = query.where(TokenAPI.usuario_id == named(db, username).id)
        found = newest_first(db, query, TokenAPI.id, depois, limite)
        return found.map(lambda row: _view(row[1], row[2], now))


def revogar(which: str, clock: Clock = SYSTEM) -> TokenView:
    """End a token, named by its number or its first characters; raise `NotFound`, or `UsageError` for several."""
    now = clock.now()
    with transaction() as db:
        found = db.scalars(select(TokenAPI).where(_which(which))).all()
        if not found:
            raise NotFound(f"Não há token {which[:40]!r}.", veja="tokens")
        if len(found) > 1:
            raise UsageError(f"Vários tokens começam com {which!r}; diga o número.", campo="token")
        found[0].revogado_em = found[0].revogado_em or now
        return _view(found[0], db.get_one(Usuario, found[0].usuario_id).username, now)


def end_logins(db: Session, user: int, now: datetime) -> None:
    """End the tokens that a user's name and password gave, in the caller's transaction; those made by name stay."""
    mine = TokenAPI.usuario_id == user, TokenAPI.origem == Origem.LOGIN, TokenAPI.revogado_em.is_(None)
    db.execute(update(TokenAPI).where(*mine).values(revogado_em=now))


def quem(token: str, clock: Clock = SYSTEM) -> Quem | None:
    """Return whose a token is; nobody's when it is unknown, revoked or over, or its user is off."""
    now = clock.now()
    stands = TokenAPI.revogado_em.is_(None), or_(TokenAPI.expira_em.is_(None), TokenAPI.expira_em > now)
    wanted = (TokenAPI.id, TokenAPI.ultimo_uso, Usuario.id, Usuario.username, Usuario.is_staff, Usuario.limite_api)
    query = select(*wanted).join(Usuario, Usuario.id == TokenAPI.usuario_id)
    # an index is asked for a digest, so the time that takes says nothing of the token
    with reading() as db:
        row = db.execute(query.where(TokenAPI.hash == digest(token), *stands, Usuario.ativo)).one_or_none()
    if row is None:
        return None
    number, used, user, username, staff, limit = row
    using.note(TokenAPI.ultimo_uso, number, used, now)
    return Quem(user, username, staff, limit)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def first_of(user: UserView, clock: Clock = SYSTEM) -> str | None:
    """Make the first token of a user; none where there was one already."""
    with transaction() as db:
        if db.scalar(select(TokenAPI.id).where(TokenAPI.usuario_id == user.id).limit(1)) is not None:
            return None
        return make(db, db.get_one(Usuario, user.id), Origem.OPERADOR, clock.now()).token


def _which(which: str) -> ColumnElement[bool]:
    if (number := key_of(which)) is not None:
        return or_(TokenAPI.id == number, TokenAPI.prefixo == which)
    return TokenAPI.prefixo == which[:PREFIX].replace("\0", "")


def _view(row: TokenAPI, username: str, now: datetime) -> TokenView:
    over = row.expira_em is not None and row.expira_em <= now
    state = "revogado" if row.revogado_em else "vencido" if over else "válido"
    return TokenView(row.id, username, row.prefixo, row.origem, state, row.criado_em, row.expira_em, row.ultimo_uso)
