"""Events that the recipient of an NF-e owes SEFAZ, and who has Ciência given by itself.

docs/reference/contracts/sefaz.md §4.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Leased, Numbered, partial
from storage.models.empresas import Empresa


class EstadoManifestacao(StrEnum):
    """How far an event is. One that is `enviado` may have been registered: its answer is not here."""

    PENDENTE = "pendente"
    ENVIADO = "enviado"
    REGISTRADO = "registrado"
    RECUSADO = "recusado"


class ManifestacaoSEFAZ(Numbered, Leased, Base):
    """An event as a company has it sent, once for each kind and sequence of a note.

    `xml` is the signed event as it left, `retorno` what was answered to it; together they are the proof.
    `assinada_em` is its dhEvento, `registrada_em` when SEFAZ has it from. `automatica`: nobody asked for it by itself.
    """

    __tablename__ = "sefaz_manifestacao"
    __table_args__ = (
        UniqueConstraint("empresa_id", "ambiente", "chave", "tipo", "sequencia"),
        Index("ix_sefaz_manifestacao_due_at", "due_at", "id"),
        Index("ix_sefaz_manifestacao_chave", "chave"),
        partial("ix_sefaz_manifestacao_aberta", "pedida_em", where="estado <> 'registrado'"),
    )

    empresa_id: Mapped[int] = mapped_column(ForeignKey(Empresa.id))
    ambiente: Mapped[int]
    chave: Mapped[str] = mapped_column(String(44))
    tipo: Mapped[str] = mapped_column(String(6))
    sequencia: Mapped[int]
    justificativa: Mapped[str | None] = mapped_column(String(255))
    automatica: Mapped[bool] = mapped_column(default=False)
    estado: Mapped[str] = mapped_column(String(12))
    tentativas: Mapped[int] = mapped_column(default=0)
    cstat: Mapped[str | None] = mapped_column(String(10))
    motivo: Mapped[str | None] = mapped_column(Text)
    protocolo: Mapped[str | None] = mapped_column(String(20))
    xml: Mapped[str | None] = mapped_column(Text, deferred=True)
    retorno: Mapped[str | None] = mapped_column(Text, deferred=True)
    pedida_em: Mapped[datetime]
    assinada_em: Mapped[datetime | None]
    registrada_em: Mapped[datetime | None]


class CienciaAutomatica(Base):
    """A company in whose name Ciência is given of every note that comes as a summary."""

    __tablename__ = "sefaz_ciencia_automatica"

    empresa_id: Mapped[int] = mapped_column(ForeignKey(Empresa.id), primary_key=True)
    ligada_em: Mapped[datetime]
