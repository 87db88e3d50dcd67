"""Whose turn it is: what one process of all machines does at a time."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Vez(Base):
    """A role, who has it (a lease token; none: nobody), how often that was confirmed, and what its holder passes on."""

    __tablename__ = "vez"

    nome: Mapped[str] = mapped_column(String(60), primary_key=True)
    dono: Mapped[str | None] = mapped_column(String(200))
    volta: Mapped[int]
    lembrado: Mapped[str] = mapped_column(Text)
