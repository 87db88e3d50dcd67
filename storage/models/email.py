"""E-mail accounts that are stopped, and the deliveries that one mail tells of together."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered, partial
from storage.models.destinos import Destino
from storage.models.eventos import Delivery
from storage.types import RowId

_OPEN = "fechado_em IS NULL"


class ContaParada(Base):
    """An account over which nothing goes: its settings have to change, or somebody says that it is well again.

    `assinatura` is that of the settings it was stopped with. From `tentar_em` on one message tries whether it still is
    so; without it none does.
    """

    __tablename__ = "email_conta_parada"

    conta: Mapped[str] = mapped_column(String(100), primary_key=True)
    parada_em: Mapped[datetime]
    motivo: Mapped[str] = mapped_column(String(500))
    assinatura: Mapped[str] = mapped_column(String(64))
    tentar_em: Mapped[datetime | None]


class ResumoEmail(Numbered, Base):
    """One mail in the place of many: `entrega_id` is its own delivery, `aviso` the notice that lays it out.

    Deliveries come in until it is tried for the first time (`fechado_em`): what is in it is the same at each attempt.
    """

    __tablename__ = "email_resumo"
    __table_args__ = (partial("uq_email_resumo_aberto", "destino_id", "aviso", where=_OPEN, unique=True),)

    entrega_id: Mapped[int] = mapped_column(ForeignKey(Delivery.id, ondelete="CASCADE"), unique=True)
    destino_id: Mapped[int] = mapped_column(ForeignKey(Destino.id, ondelete="CASCADE"))
    aviso: Mapped[str] = mapped_column(String(50))
    fechado_em: Mapped[datetime | None]


class Resumida(Base):
    """A delivery that is told of by a summary."""

    __tablename__ = "email_resumida"

    entrega_id: Mapped[int] = mapped_column(
        RowId, ForeignKey(Delivery.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    resumo_id: Mapped[int] = mapped_column(ForeignKey(ResumoEmail.id, ondelete="CASCADE"), index=True)
