"""Passwords: kept as argon2id, never as they are. docs/reference/contracts/integracoes.md §11.2."""

from dataclasses import dataclass, field
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from core.errors import Transient, UsageError
from core.text import storable
from flows.usuarios import leaving, tokens
from flows.usuarios.finding import named
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

SHORTEST, LONGEST = 8, 200
# Each one looked at takes 64 MiB, and a core for a while.
AT_ONCE, PATIENCE_SECONDS = 4, 2.0
FULL = "Muitas pessoas entram ao mesmo tempo: tente de novo em instantes."
_HASHER = PasswordHasher()
_room = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Proved:
    """A user whose password was the right one when it was looked at; `hash` is what was kept of it."""

    id: int
    hash: str = field(repr=False)


def definir(username: str, password: str, clock: Clock = SYSTEM) -> None:
    """Give a user a password; raise `UsageError`, or `NotFound`.

    The sessions and tokens that somebody got with another end; tokens that were made by name stay.
    """
    if not SHORTEST <= len(password) <= LONGEST or not storable(password):
        raise UsageError(f"A senha deve ter de {SHORTEST} a {LONGEST} caracteres.", campo="senha")
    kept = _HASHER.hash(password)
    with transaction() as db:
        user = named(db, username)
        user.password_hash = kept
        # under the lock of the user's row, so that nobody comes in with the old one meanwhile
        db.flush()
        leaving.end_all(db, user.id)
        tokens.end_logins(db, user.id, clock.now())


def proved(username: str, password: str) -> Proved | None:
    """Return who this is; none for a wrong name or password, or a user who is off, which take the same time.

    Raises:
        Transient: as `right`.
    """
    wanted = select(Usuario.id, Usuario.password_hash).where(Usuario.username == username.strip(), Usuario.ativo)
    with reading() as db:
        row = db.execute(wanted).first() if storable(username) else None
    kept = row.password_hash if row else None
    return Proved(row.id, kept) if right(kept, password) and row is not None and kept is not None else None


def held(db: Session, who: Proved) -> Usuario | None:
    """Lock a user's row; none where the user was turned off or got another password since it was looked at."""
    still = select(Usuario).where(Usuario.id == who.id, Usuario.ativo, Usuario.password_hash == who.hash)
    return db.scalar(still.with_for_update())


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
