"""Passwords: kept as argon2id, never as they are. docs/reference/contracts/integracoes.md §11.2."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import UsageError
from core.text import storable
from flows.usuarios.finding import named
from storage.session import transaction

SHORTEST, LONGEST = 8, 200
_HASHER = PasswordHasher()


def definir(username: str, password: str) -> None:
    """Give a user a password; raise `UsageError` for one that is too short, or `NotFound`."""
    if not SHORTEST <= len(password) <= LONGEST or not storable(password):
        raise UsageError(f"A senha deve ter de {SHORTEST} a {LONGEST} caracteres.", campo="senha")
    kept = _HASHER.hash(password)
    with transaction() as db:
        named(db, username).password_hash = kept


def right(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one kept; without one it takes as long, and is wrong."""
    try:
        return _HASHER.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("de ninguém")
