"""SAT and MFE boxes: when to look again, who is looking, the session counter, the last answer."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Leased, Numbered, PerConta
from storage.types import Encrypted


class Caixa(Numbered, PerConta, Leased, Base):
    """A box of the settings, or of its own `config` (a table of `sat.boxes` as JSON) where it was imported.

    Its lease serialises the calls; `sessao` is the last session number used. `parada` boxes are asked nothing until
    their settings change, which `impressao` (a keyed digest of them) tells. `falhas_seguidas` counts checks without
    answer; since `ocupada_desde` the box has said nothing but that it is busy; `silenciada_ate` ends a silence that an
    operator asked for. `leitura` is the newest reading that an agent sent, by its name for it, made at `lida_em`.
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
    config: Mapped[str | None] = mapped_column(Encrypted)
    falhas_seguidas: Mapped[int] = mapped_column(default=0)
    falhando_desde: Mapped[datetime | None]
    ocupada_desde: Mapped[datetime | None]
    silenciada_ate: Mapped[datetime | None]
    leitura: Mapped[str | None] = mapped_column(String(64))
    lida_em: Mapped[datetime | None]


class CaixaHistorico(Numbered, Base):
    """A change of a box: its result, its operating state or its alerts are others than before."""

    __tablename__ = "caixa_historico"
    __table_args__ = (Index("ix_caixa_historico_caixa_em", "caixa_id", "em"),)

    caixa_id: Mapped[int] = mapped_column(ForeignKey("caixa.id", ondelete="CASCADE"))
    em: Mapped[datetime]
    resultado: Mapped[str] = mapped_column(String(20))
    estado_operacao: Mapped[int | None]
    alertas: Mapped[str] = mapped_column(Text, default="")
    erro: Mapped[str | None] = mapped_column(String(500))


class SatEndereco(Numbered, Leased, Base):
    """The address of a SATHub, or the library of a local box: only the holder of the row may ask there."""

    __tablename__ = "sat_endereco"

    endereco: Mapped[str] = mapped_column(String(500), unique=True)
