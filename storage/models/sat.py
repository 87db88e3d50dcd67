"""SAT and MFE boxes: when to look again, who is looking, the session counter, the last answer."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Leased, Numbered, PerConta


class Caixa(Numbered, PerConta, Leased, Base):
    """A box of the settings. Its lease serialises the calls; `sessao` is the last session number used.

    `parada` boxes are asked nothing until their settings change, which `impressao` (a keyed digest of them) tells.
    """

    __tablename__ = "caixa"
    __table_args__ = (UniqueConstraint("conta", "nome"),)

    nome: Mapped[str] = mapped_column(String(100))
    sessao: Mapped[int]
    ativo: Mapped[bool] = mapped_column(default=True)
    parada: Mapped[bool] = mapped_column(default=False)
    impressao: Mapped[str | None] = mapped_column(String(64))
    verificada_em: Mapped[datetime | None]
    resultado: Mapped[str | None] = mapped_column(String(20))
    erro: Mapped[str | None] = mapped_column(String(500))
    resposta: Mapped[str | None] = mapped_column(Text)
