"""How deep queues were and how fast they went, minute by minute."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered
from storage.types import RowId


class Amostra(Numbered, Base):
    """A figure of one minute, by the name of its series; a minute that nobody noted has no row."""

    __tablename__ = "amostra"
    __table_args__ = (UniqueConstraint("serie", "minuto"),)

    serie: Mapped[str] = mapped_column(String(60))
    minuto: Mapped[datetime] = mapped_column(index=True)
    valor: Mapped[int] = mapped_column(RowId)
