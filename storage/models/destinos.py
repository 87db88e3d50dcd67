"""Where events go: one table for every kind of destination."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column, relationship

from storage.models.base import Base, Leased, Numbered
from storage.models.usuarios import Usuario
from storage.types import Encrypted, RowId

CLOSED = "fechados"


def _sealed() -> MappedColumn[str | None]:
    return mapped_column(Encrypted, deferred=True, deferred_group=CLOSED)


class Destino(Numbered, Leased, Base):
    """A webhook or an ntfy topic. Its lease is the one worker slot that a destination may hold.

    Health: `falhando_desde` is the first failure since the last success, `falhas_novas` counts exhausted rows and
    failed first attempts since then, `falhas_seguidas` opens the circuit, whose next probe is `circuito_espera` seconds
    after the last one (0: closed). `pausado_em` is an operator's pause.

    `secret_key` signs a webhook's requests; for ntfy it is the token, or user:password, sent to the server.
    `opcoes` is what only its kind knows the names of, in JSON.
    What is encrypted is read when it is asked for: one secret that no key opens costs the row it is in, not a list.
    `filtro` holds conditions on any field of an event, in JSON (docs/reference/filtros.md).
    `de_oficio`: it began by itself, and nobody has said yet what it is to get.
    Without owner it is the operator's. `ativo` is its owner's wish; `desligado_em` says that Esteira itself
    switched it off, and from then on its events are kept as `retido`.
    """

    __tablename__ = "destino"

    tipo: Mapped[str] = mapped_column(String(20))
    nome: Mapped[str] = mapped_column(String(200))
    usuario_id: Mapped[int | None] = mapped_column(ForeignKey(Usuario.id, ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(2000))
    topico: Mapped[str | None] = mapped_column(String(64))
    secret_key: Mapped[str | None] = _sealed()
    headers_customizados: Mapped[str | None] = _sealed()
    opcoes: Mapped[str | None] = _sealed()
    timeout: Mapped[float]
    retry_count: Mapped[int]
    ativo: Mapped[bool] = mapped_column(default=True)
    desligado_em: Mapped[datetime | None]
    desligado_motivo: Mapped[str | None] = mapped_column(String(500))
    pausado_em: Mapped[datetime | None]
    lento: Mapped[bool] = mapped_column(default=False)
    ordem_estrita: Mapped[bool] = mapped_column(default=False)
    por_minuto: Mapped[int | None]
    de_oficio: Mapped[bool] = mapped_column(default=False)
    servido_em: Mapped[datetime | None]
    secret_anterior: Mapped[str | None] = _sealed()
    secret_anterior_ate: Mapped[datetime | None]
    severidade_minima: Mapped[str | None] = mapped_column(String(20))
    rotulos: Mapped[str | None] = mapped_column(Text)
    silencio: Mapped[str | None] = mapped_column(String(11))
    filtro: Mapped[str | None] = mapped_column(Text)
    falhas_seguidas: Mapped[int] = mapped_column(default=0)
    falhas_novas: Mapped[int] = mapped_column(default=0)
    falhando_desde: Mapped[datetime | None]
    avisado_em: Mapped[datetime | None]
    circuito_espera: Mapped[int] = mapped_column(default=0)
    data_criacao: Mapped[datetime]
    data_atualizacao: Mapped[datetime]
    ultima_execucao: Mapped[datetime | None]
    total_execucoes: Mapped[int] = mapped_column(default=0)
    total_erros: Mapped[int] = mapped_column(default=0)

    usuario: Mapped[Usuario | None] = relationship(viewonly=True)
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


class Latencia(Base):
    """How many first attempts began within `ate_ms` of the commit, by destination: only its own drain writes here."""

    __tablename__ = "latencia"

    destino_id: Mapped[int] = mapped_column(ForeignKey("destino.id", ondelete="CASCADE"), primary_key=True)
    ate_ms: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[int] = mapped_column(default=0)
    soma_ms: Mapped[int] = mapped_column(RowId, default=0)
