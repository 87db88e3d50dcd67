"""Secrets that the installation made for itself, and keeps when its keys change."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered
from storage.types import Encrypted


class Segredo(Numbered, Base):
    """One secret, by what it is for."""

    __tablename__ = "segredo"

    nome: Mapped[str] = mapped_column(String(40), unique=True)
    valor: Mapped[str] = mapped_column(Encrypted)
