"""What runs by the clock: which jobs there are, and what became of each on each day."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Leased, Numbered, partial


class EstadoDia(StrEnum):
    """What became of a job on a day."""

    PENDENTE = "pendente"
    FEITA = "feita"
    PERDIDA = "perdida"


class AgendaTarefa(Base):
    """A daily job that beat looks after, with its time, its zone, and since when it has them."""

    __tablename__ = "agenda_tarefa"

    nome: Mapped[str] = mapped_column(String(60), primary_key=True)
    hora: Mapped[str] = mapped_column(String(5))
    fuso: Mapped[str] = mapped_column(String(64))
    desde: Mapped[datetime]


class AgendaDia(Numbered, Leased, Base):
    """A job on a local day: owed from `devida_em` to `ate`; a day that has a row gets no other.

    `quem` ended it, or tried last; `falha` is what was wrong then; `contagem` counts what was done, as JSON.
    """

    __tablename__ = "agenda_dia"
    __table_args__ = (
        UniqueConstraint("tarefa", "dia"),
        partial("ix_agenda_dia_devida", "due_at", "id", where="estado = 'pendente'"),
    )

    tarefa: Mapped[str] = mapped_column(String(60))
    dia: Mapped[date]
    estado: Mapped[str] = mapped_column(String(10))
    devida_em: Mapped[datetime]
    ate: Mapped[datetime]
    tentativas: Mapped[int] = mapped_column(default=0)
    concluida_em: Mapped[datetime | None]
    quem: Mapped[str | None] = mapped_column(String(120))
    contagem: Mapped[str | None] = mapped_column(Text)
    falha: Mapped[str | None] = mapped_column(String(500))
