"""What was registered about documents: events, and ranges of numbers that will not be used."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered, partial
from storage.models.documentos import Documento, XmlGuardado
from storage.models.empresas import Owned

_SHORT = SmallInteger().with_variant(Integer, "sqlite")


class DocumentoEvento(Numbered, Owned, Base):
    """An event about a document, which may come before it (`documento_id` is none until then).

    `registrado` says that an answer proves it; `aplicado` that the document was changed by it.
    """

    __tablename__ = "documento_evento"
    __table_args__ = (
        UniqueConstraint("dono", "chave", "tipo_evento", "sequencia"),
        Index("ix_documento_evento_chave", "chave"),
        Index("ix_documento_evento_documento", "documento_id"),
        partial("ix_documento_evento_ciencia", "data_evento", where="tipo_evento = '210210'"),
    )

    documento_id: Mapped[int | None] = mapped_column(ForeignKey(Documento.id, ondelete="CASCADE"))
    chave: Mapped[str] = mapped_column(String(50))
    tipo_evento: Mapped[str] = mapped_column(String(6))
    sequencia: Mapped[int]
    descricao: Mapped[str | None] = mapped_column(String(120))
    orgao: Mapped[str | None] = mapped_column(String(2))
    ambiente: Mapped[int | None] = mapped_column(_SHORT)
    autor: Mapped[str | None] = mapped_column(String(14))
    data_evento: Mapped[datetime | None]
    protocolo: Mapped[str | None] = mapped_column(String(17))
    status: Mapped[str | None] = mapped_column(String(4))
    motivo: Mapped[str | None] = mapped_column(String(300))
    recebido_em: Mapped[datetime | None]
    correcao: Mapped[str | None] = mapped_column(Text)
    justificativa: Mapped[str | None] = mapped_column(String(300))
    alvo: Mapped[str | None] = mapped_column(String(54))
    registrado: Mapped[bool] = mapped_column(default=False)
    completo: Mapped[bool] = mapped_column(default=True)
    aplicado: Mapped[bool] = mapped_column(default=False)
    xml_id: Mapped[int | None] = mapped_column(ForeignKey(XmlGuardado.id))
    arquivo_nome: Mapped[str | None] = mapped_column(Text)
    data_importacao: Mapped[datetime]


class InutilizacaoGuardada(Numbered, Owned, Base):
    """A range of numbers that will not be used; `homologada` says that the answer proves it."""

    __tablename__ = "inutilizacao"
    __table_args__ = (
        UniqueConstraint("dono", "emit_cnpj", "ano", "modelo", "serie", "inicio", "fim"),
        Index("ix_inutilizacao_faixa", "emit_cnpj", "modelo", "serie", "inicio"),
    )

    emit_cnpj: Mapped[str] = mapped_column(String(14))
    uf: Mapped[str] = mapped_column(String(2))
    ano: Mapped[int]
    modelo: Mapped[str] = mapped_column(String(2))
    serie: Mapped[int]
    inicio: Mapped[int]
    fim: Mapped[int]
    ambiente: Mapped[int | None] = mapped_column(_SHORT)
    justificativa: Mapped[str | None] = mapped_column(String(300))
    protocolo: Mapped[str | None] = mapped_column(String(17))
    status: Mapped[str | None] = mapped_column(String(4))
    recebido_em: Mapped[datetime | None]
    homologada: Mapped[bool] = mapped_column(default=False)
    xml_id: Mapped[int | None] = mapped_column(ForeignKey(XmlGuardado.id))
    data_importacao: Mapped[datetime]
