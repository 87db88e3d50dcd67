"""E-mail accounts that are stopped, and the deliveries that one mail tells of together."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


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
