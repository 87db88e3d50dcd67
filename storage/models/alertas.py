"""Alerts that opened and closed."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered, PerConta, partial

# With the source before it an object is the entity by which the events are numbered (at most 200 characters).
OBJECT_LIMIT = 170
_OPEN = "resolvido_em IS NULL"


class Alerta(Numbered, PerConta, Base):
    """A condition of one object of a source (`fonte`): at most one open row for each.

    `severidade_avisada` is the greatest severity announced so far; None before the first announcement. `causa` is the
    kind of fault that was announced, where a code has several. `rotulos` are the object's labels as JSON.
    """

    __tablename__ = "alerta"
    __table_args__ = (partial("uq_alerta_aberto", "conta", "fonte", "objeto", "codigo", where=_OPEN, unique=True),)

    fonte: Mapped[str] = mapped_column(String(20))
    objeto: Mapped[str] = mapped_column(String(OBJECT_LIMIT))
    codigo: Mapped[str] = mapped_column(String(100))
    severidade: Mapped[str] = mapped_column(String(20))
    mensagem: Mapped[str] = mapped_column(Text)
    aberto_em: Mapped[datetime]
    visto_em: Mapped[datetime]
    resolvido_em: Mapped[datetime | None]
    reconhecido_em: Mapped[datetime | None]
    lembrado_em: Mapped[datetime | None]
    severidade_avisada: Mapped[str | None] = mapped_column(String(20))
    causa: Mapped[str | None] = mapped_column(String(40))
    rotulos: Mapped[str | None] = mapped_column(Text)
