"""Passwords: kept as argon2id, never as they are. docs/reference/contracts/integracoes.md §11.2."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Transient, UsageError
from core.text import storable
from flows.usuarios import leaving
from flows.usuarios.finding import named
from storage.session import transaction

SHORTEST, LONGEST = 8, 200
# Each one looked at takes 64 MiB, and a core for a while.
AT_ONCE, PATIENCE_SECONDS = 4, 2.0
FULL = "Muitas pessoas entram ao mesmo tempo: tente de novo em instantes."
_HASHER = PasswordHasher()
_room = BoundedSemaphore(AT_ONCE)


def definir(username: str, password: str) -> None:
    """Give a user a password, which ends the sessions begun with another; raise `UsageError`, or `NotFound`."""
    if not SHORTEST <= len(password) <= LONGEST or not storable(password):
        raise UsageError(f"A senha deve ter de {SHORTEST} a {LONGEST} caracteres.", campo="senha")
    kept = _HASHER.hash(password)
    with transaction() as db:
        user = named(db, username)
        user.password_hash = kept
        # under the lock of the user's row, so that no session begins with the old one meanwhile
        db.flush()
        leaving.end_all(db, user.id)


def right(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one kept; without one it takes as long, and is wrong.

    Raises:
        Transient: so many are looked at that there was no room for seconds.
    """
    if not _room.acquire(timeout=PATIENCE_SECONDS):
        raise Transient(FULL)
    try:
        return _HASHER.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    finally:
        _room.release()


@cache
def _nobodys() -> str:
    return _HASHER.hash("de ninguém")
