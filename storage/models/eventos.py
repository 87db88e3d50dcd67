"""What happened, who is owed it, and every request made for it.

docs/reference/contracts/webhooks_delivery.md §5.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import context
from storage.models.base import Base, Leased, Numbered, partial
from storage.models.destinos import Destino
from storage.models.usuarios import Usuario


class Estado(StrEnum):
    """The states of a delivery, as operators see them."""

    PENDENTE = "pendente"
    ENVIANDO = "enviando"
    ENTREGUE = "entregue"
    ESGOTADO = "esgotado"
    RETIDO = "retido"
    BLOQUEADO = "bloqueado"
    RESUMIDO = "resumido"
    DISPENSADO = "dispensado"


# Literal, because a partial index serves only a query whose text shows the same condition.
OPEN_SQL = "estado IN ('pendente', 'enviando')"


class Event(Numbered, Base):
    """Something that happened. `corpo` is serialised once: these bytes are signed and sent on every attempt."""

    __tablename__ = "event"

    message_id: Mapped[str] = mapped_column(String(40), unique=True)
    nome: Mapped[str] = mapped_column(String(50))
    usuario_id: Mapped[int | None] = mapped_column(ForeignKey(Usuario.id, ondelete="CASCADE"), index=True)
    occurred_at: Mapped[datetime] = mapped_column(index=True)
    corpo: Mapped[bytes] = mapped_column(LargeBinary)
    # What began it: the log of whoever delivers it says it too (core.context).
    origem: Mapped[str | None] = mapped_column(String(49), default=context.begun)
    # It was told to one destination, and is no other's to recover.
    restrito: Mapped[bool | None]


class Delivery(Numbered, Leased, Base):
    """One event owed to one destination."""

    __tablename__ = "delivery"
    __table_args__ = (
        partial("ix_delivery_due", "destino_id", "due_at", "id", where=OPEN_SQL),
        partial("ix_delivery_lease", "lease_token", where="lease_token IS NOT NULL"),
        Index("ix_delivery_estado", "estado", "id"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    destino_id: Mapped[int] = mapped_column(ForeignKey(Destino.id, ondelete="CASCADE"))
    estado: Mapped[str] = mapped_column(String(12), default=Estado.PENDENTE)
    tentativas: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(500))


class Attempt(Numbered, Base):
    """One request: what was answered, how long it took, which address was called."""

    __tablename__ = "attempt"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(index=True)
    duration_ms: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(20))
    status_code: Mapped[int] = mapped_column(default=0)
    address: Mapped[str | None] = mapped_column(String(60))
    response: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(String(500))


class Sequencia(Base):
    """The last sequence number of an entity: receivers put its events in order by it."""

    __tablename__ = "sequencia"

    entidade: Mapped[str] = mapped_column(String(200), primary_key=True)
    valor: Mapped[int]
