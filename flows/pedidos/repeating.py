"""A request that is sent twice with one key is done once. docs/reference/contracts/integracoes.md §4.62.

A key belongs to a user and a route. The same JSON in other bytes is the same request; a refused one is judged again.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from core.clock import SYSTEM, Clock
from core.errors import Conflict, UsageError
from storage.models.pedidos import RespostaGuardada
from storage.rows import add_missing, changed
from storage.session import reading, transaction

KEPT = timedelta(hours=24)
# A process that died while it did the request holds its key for so long.
UNDER_WAY = timedelta(minutes=1)
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


def once(key: Chave, do: Callable[[], Answer], clock: Clock = SYSTEM) -> Answer:
    """Do a request, or return what it was answered before.

    Raises:
        Conflict: the key came with another body, or the request is under way.
    """
    if not 1 <= len(key.texto) <= LONGEST:
        raise UsageError(f"A Idempotency-Key tem de 1 a {LONGEST} caracteres.")
    while (kept := _kept(key, now := clock.now())) is None:
        if _begun(key, now):
            return _done(key, now, do)
    return kept


def digest(text: str) -> str:
    """Return a text by its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _kept(key: Chave, now: datetime) -> Answer | None:
    with reading() as db:
        row = db.scalars(select(RespostaGuardada).filter_by(**key.row)).one_or_none()
    if row is None:
        return None
    age = now - row.criada_em
    if age >= KEPT or (row.corpo is None and age >= UNDER_WAY):
        _forget(key, row.criada_em)
        return None
    if row.pedido != key.pedido:
        raise Conflict(OTHER)
    if row.corpo is None:
        raise Conflict(BUSY)
    return row.status, row.corpo


def _begun(key: Chave, now: datetime) -> bool:
    """Write that the request is under way; False where another process was first."""
    row = key.row | {"pedido": key.pedido, "status": 0, "corpo": None, "criada_em": now}
    with transaction() as db:
        add_missing(db, RespostaGuardada, [row])
        mine = select(RespostaGuardada.criada_em).filter_by(**key.row)
        return db.scalar(mine) == now


def _done(key: Chave, begun: datetime, do: Callable[[], Answer]) -> Answer:
    try:
        status, corpo = do()
    except BaseException:
        _forget(key, begun)
        raise
    with transaction() as db:
        # whoever was too slow has lost the key to another
        row = update(RespostaGuardada).filter_by(**key.row).where(RespostaGuardada.criada_em == begun)
        changed(db, row.values(status=status, corpo=corpo))
    return status, corpo


def _forget(key: Chave, begun: datetime) -> None:
    with transaction() as db:
        changed(db, delete(RespostaGuardada).filter_by(**key.row).where(RespostaGuardada.criada_em == begun))
