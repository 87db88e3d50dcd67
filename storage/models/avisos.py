"""Notices that are given once."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered


class AvisoDado(Numbered, Base):
    """A notice, by the name of its event, about one thing such as a user and a day: who adds the row gives it."""

    __tablename__ = "aviso_dado"
    __table_args__ = (UniqueConstraint("nome", "sobre"),)

    nome: Mapped[str] = mapped_column(String(50))
    sobre: Mapped[str] = mapped_column(String(100))
    dado_em: Mapped[datetime]
