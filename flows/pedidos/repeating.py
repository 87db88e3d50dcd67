"""A request that is sent twice with one key is done once. docs/reference/contracts/integracoes.md §4.62.

A key belongs to a user and a route. The same JSON in other bytes is the same request; a refused one is judged again.
The answer is kept in the transaction of what was done: whenever a process dies, there are both or neither.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from core.errors import Conflict, UsageError
from storage.models.pedidos import RespostaGuardada
from storage.rows import add_new
from storage.session import transaction

KEPT = timedelta(hours=24)
LONGEST = 255
OTHER = "Esta Idempotency-Key já foi usada com outro corpo."
BUSY = "O pedido com esta Idempotency-Key ainda está sendo atendido."


@dataclass(frozen=True)
class Chave:
    """A key that somebody gave to a request."""

    usuario_id: int
    rota: str
    texto: str
    corpo: Any

    @property
    def row(self) -> dict[str, Any]:
        """By what its row is found."""
        return {"usuario_id": self.usuario_id, "rota": self.rota, "chave": digest(self.texto)}

    @property
    def pedido(self) -> str:
        """What is kept of the request's body."""
        return digest(json.dumps(self.corpo, sort_keys=True, ensure_ascii=True))


Answer = tuple[int, str]
# The transaction in which a request is done and its answer kept: whoever asks passes it on.
Within = Session


def once(key: Chave | None, do: Callable[[Within], Answer], clock: Clock = SYSTEM) -> Answer:
    """Do a request in one transaction with its answer, or return what it was answered before.

    Who comes with the same key meanwhile waits for the end of that transaction. Without a key it is always done.

    Raises:
        Conflict: the key came with another body.
    """
    if key is None:
        with transaction() as db:
            return do(db)
    if not 1 <= len(key.texto) <= LONGEST:
        raise UsageError(f"A Idempotency-Key tem de 1 a {LONGEST} caracteres.")
    with transaction() as db:
        return _done(db, key, do) if _begun(db, key, clock.now()) else _kept(db, key)


def digest(text: str) -> str:
    """Return a text by its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _begun(db: Session, key: Chave, now: datetime) -> bool:
    """Write that the request is done from now on; False where it was done before."""
    over = or_(RespostaGuardada.criada_em <= now - KEPT, RespostaGuardada.corpo.is_(None))
    db.execute(delete(RespostaGuardada).filter_by(**key.row).where(over))
    row = key.row | {"pedido": key.pedido, "status": 0, "corpo": None, "criada_em": now}
    return bool(add_new(db, RespostaGuardada, [row], "id"))


def _done(db: Session, key: Chave, do: Callable[[Within], Answer]) -> Answer:
    status, corpo = do(db)
    db.execute(update(RespostaGuardada).filter_by(**key.row).values(status=status, corpo=corpo))
    return status, corpo


def _kept(db: Session, key: Chave) -> Answer:
    row = db.scalars(select(RespostaGuardada).filter_by(**key.row)).one_or_none()
    # one that ended just now was cleared away by another process
    if row is None or row.corpo is None:
        raise Conflict(BUSY)
    if row.pedido != key.pedido:
        raise Conflict(OTHER)
    return row.status, row.corpo
