"""Token buckets as rows: an emptied Redis lets no process exceed an outside limit."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import CONTA_PADRAO, Base

# Before the name of a scheduled task: when it last ran to its end.
RAN = "tarefa:"
# Since when the sources have been judged without a pause.
JUDGING_SINCE = "julgando_desde"


class Marca(Base):
    """The last time something happened, by name (the sweep, a retention run)."""

    __tablename__ = "marca"

    nome: Mapped[str] = mapped_column(String(100), primary_key=True)
    instante: Mapped[datetime]


class Balde(Base):
    """A token bucket, by account and name (for ntfy: the server)."""

    __tablename__ = "balde"

    conta: Mapped[str] = mapped_column(String(100), primary_key=True, default=CONTA_PADRAO)
    nome: Mapped[str] = mapped_column(String(300), primary_key=True)
    tokens: Mapped[float]
    updated_at: Mapped[datetime]
