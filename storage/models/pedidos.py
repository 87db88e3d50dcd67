"""Requests to the API, as they are looked at afterwards. docs/reference/contracts/integracoes.md §1.11."""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered
from storage.models.usuarios import Usuario


class PedidoAPI(Numbered, Base):
    """A request; bodies are kept without their secrets, and the answer's only where it was a refusal."""

    __tablename__ = "pedido_api"

    timestamp: Mapped[datetime]
    user: Mapped[str | None] = mapped_column(String(150))
    method: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(String(500))
    query_params: Mapped[str] = mapped_column(Text, default="{}")
    status_code: Mapped[int] = mapped_column(index=True)
    response_time: Mapped[float] = mapped_column(Float)
    ip_address: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(500), default="")
    request_body: Mapped[str] = mapped_column(String(1000), default="")
    response_body: Mapped[str] = mapped_column(String(1000), default="")


Index("ix_pedido_api_timestamp", PedidoAPI.timestamp.desc())
Index("ix_pedido_api_user", PedidoAPI.user, PedidoAPI.timestamp.desc())
Index("ix_pedido_api_path", PedidoAPI.path, PedidoAPI.timestamp.desc())


class RespostaGuardada(Numbered, Base):
    """What was answered to a request with a key, so that it is answered so again; `corpo` is none until then.

    docs/reference/contracts/integracoes.md §4.62.
    """

    __tablename__ = "resposta_guardada"
    __table_args__ = (UniqueConstraint("usuario_id", "rota", "chave"),)

    usuario_id: Mapped[int] = mapped_column(ForeignKey(Usuario.id, ondelete="CASCADE"))
    rota: Mapped[str] = mapped_column(String(100))
    chave: Mapped[str] = mapped_column(String(64))
    pedido: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    corpo: Mapped[str | None] = mapped_column(Text)
    criada_em: Mapped[datetime] = mapped_column(index=True)
