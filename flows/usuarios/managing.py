"""Make users, and turn them off and on. They are the operator's to manage."""

import re

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.errors import Conflict, UsageError
from core.text import storable
from flows.usuarios import leaving
from flows.usuarios.finding import named
from flows.usuarios.views import UserView, view
from storage.models.usuarios import Usuario
from storage.session import transaction

# As a login is written: no blanks, nothing that a shell or an address would take for something else.
_NAME = re.compile(r"[\w.@+-]{1,150}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_LONGEST_EMAIL, _LONGEST_NAME = 254, 150
MOST_REQUESTS = 1_000_000


def criar(username: str, *, email: str = "", nome: str = "", staff: bool = False, replacing: bool = False) -> UserView:
    """Make a user, who cannot log in yet; raise `UsageError` or `Conflict` with what is wrong.

    With `replacing` the one of this name, if there is, becomes what is said; a password stays.
    """
    said = {"email": _email(email), "first_name": _first_name(nome), "is_staff": staff}
    name = _username(username)
    try:
        with transaction() as db:
            old = db.scalar(select(Usuario).where(Usuario.username == name)) if replacing else None
            user = old or Usuario(username=name, ativo=True)
            for field, value in said.items():
                setattr(user, field, value)
            db.add(user)
            db.flush()
            return view(user)
    except IntegrityError:
        raise Conflict(f"Já há um usuário {name!r}.", veja="usuarios") from None


def ativar(username: str) -> UserView:
    """Turn a user on again."""
    return _switch(username, on=True)


def desativar(username: str) -> UserView:
    """Turn a user off: nothing is done in that name any more and sessions end; what else is there stays."""
    return _switch(username, on=False)


def limitar(username: str, pedidos: int | None) -> UserView:
    """Give a user a limit of requests of their own, none takes it away; raise `UsageError` for one that is none."""
    if pedidos is not None and not 1 <= pedidos <= MOST_REQUESTS:
        raise UsageError(f"O limite vai de 1 a {MOST_REQUESTS} pedidos.", campo="pedidos")
    with transaction() as db:
        user = named(db, username)
        user.limite_api = pedidos
        return view(user)


def _switch(username: str, *, on: bool) -> UserView:
    with transaction() as db:
        user = named(db, username)
        user.ativo = on
        db.flush()
        if not on:
            leaving.end_all(db, user.id)
        return view(user)


def _username(said: str) -> str:
    if not _NAME.fullmatch(said.strip()) or not storable(said):
        raise UsageError("O nome de um usuário tem de 1 a 150 letras, números ou . _ @ + -, sem espaços.")
    return said.strip()


def _email(said: str) -> str:
    bare = said.strip()
    if bare and (len(bare) > _LONGEST_EMAIL or not _EMAIL.fullmatch(bare) or not bare.isprintable()):
        raise UsageError(f"O e-mail {bare[:60]!r} não é um endereço.", campo="email")
    return bare


def _first_name(said: str) -> str:
    bare = " ".join(said.split())
    if len(bare) > _LONGEST_NAME or not storable(bare):
        raise UsageError(f"O nome da pessoa tem no máximo {_LONGEST_NAME} caracteres.", campo="nome")
    return bare
