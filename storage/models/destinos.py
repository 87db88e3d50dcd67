"""Where events go: one table for every kind of destination."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, Leased, Numbered
from storage.types import Encrypted


class Destino(Numbered, Leased, Base):
    """A webhook or an ntfy topic. Its lease is the one worker slot that a destination may hold.

    `secret_key` signs a webhook's requests; for ntfy it is the token, or user:password, sent to the server.
    Without owner it is the operator's. `ativo` is its owner's wish; `desligado_em` says that Esteira itself
    switched it off, and from then on its events are kept as `retido`.
    """

    __tablename__ = "destino"

    tipo: Mapped[str] = mapped_column(String(20))
    nome: Mapped[str] = mapped_column(String(200))
    usuario_id: Mapped[int | None] = mapped_column(ForeignKey("usuario.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(2000))
    topico: Mapped[str | None] = mapped_column(String(64))
    secret_key: Mapped[str | None] = mapped_column(Encrypted)
    headers_customizados: Mapped[str | None] = mapped_column(Encrypted)
    timeout: Mapped[float]
    retry_count: Mapped[int]
    ativo: Mapped[bool] = mapped_column(default=True)
    desligado_em: Mapped[datetime | None]
    desligado_motivo: Mapped[str | None] = mapped_column(String(500))
    lento: Mapped[bool] = mapped_column(default=False)
    servido_em: Mapped[datetime | None]
    data_criacao: Mapped[datetime]
    data_atualizacao: Mapped[datetime]
    ultima_execucao: Mapped[datetime | None]
    total_execucoes: Mapped[int] = mapped_column(default=0)
    total_erros: Mapped[int] = mapped_column(default=0)

    assinaturas: Mapped[list["DestinoEvento"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="DestinoEvento.evento", lazy="selectin"
    )

    @property
    def eventos(self) -> list[str]:
        """The names of the events it is subscribed to."""
        return [assinatura.evento for assinatura in self.assinaturas]


class DestinoEvento(Base):
    """A subscription, by the whole name of the event."""

    __tablename__ = "destino_evento"

    destino_id: Mapped[int] = mapped_column(ForeignKey("destino.id", ondelete="CASCADE"), primary_key=True)
    evento: Mapped[str] = mapped_column(String(50), primary_key=True, index=True)
