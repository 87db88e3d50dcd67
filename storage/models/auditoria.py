"""What people changed by hand in the admin. docs/reference/contracts/integracoes.md §10.1."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered


class Desfecho(StrEnum):
    """How a change ended; without one the process died in its middle."""

    FEITO = "feito"
    RECUSADO = "recusado"


class Auditoria(Numbered, Base):
    """A change, noted before it is made; `antes` and `depois` are what it touched, in JSON and without secrets.

    `usuario` stays when the user goes. `numero` is the row's, none where it is many rows or none yet.
    """

    __tablename__ = "auditoria"
    __table_args__ = (Index("ix_auditoria_linha", "tabela", "numero"),)

    em: Mapped[datetime] = mapped_column(index=True)
    usuario: Mapped[str] = mapped_column(String(150))
    endereco: Mapped[str | None] = mapped_column(String(64))
    tabela: Mapped[str] = mapped_column(String(50))
    acao: Mapped[str] = mapped_column(String(20))
    numero: Mapped[str | None] = mapped_column(String(20))
    antes: Mapped[str] = mapped_column(Text, default="{}")
    depois: Mapped[str] = mapped_column(Text, default="{}")
    desfecho: Mapped[str | None] = mapped_column(String(10))
    motivo: Mapped[str | None] = mapped_column(String(500))
