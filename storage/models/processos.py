"""Which workers live where, and what their tasks have come to."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered
from storage.types import RowId


class Processo(Numbered, Base):
    """A worker of a host, by its name there, and when one of its processes last said that it lives."""

    __tablename__ = "processo"
    __table_args__ = (UniqueConstraint("host", "nome"),)

    host: Mapped[str] = mapped_column(String(100))
    nome: Mapped[str] = mapped_column(String(100))
    visto_em: Mapped[datetime]


class TarefaContada(Base):
    """How many runs of a task ended so (`bem`, `mal`) within `ate_ms`, of all processes and all times."""

    __tablename__ = "tarefa_contada"

    tarefa: Mapped[str] = mapped_column(String(100), primary_key=True)
    resultado: Mapped[str] = mapped_column(String(10), primary_key=True)
    ate_ms: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[int] = mapped_column(RowId, default=0)
    soma_ms: Mapped[int] = mapped_column(RowId, default=0)
