"""Fiscal documents: their texts and what they say; kept for years, never deleted.

`Documento` is what every kind has, `NFe`, `CTe` and `CFe` what only theirs says.
docs/reference/contracts/sefaz.md §8, docs/reference/contracts/integracoes.md §1.9.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered, partial
from storage.models.empresas import Empresa, Owned
from storage.types import Exact

_LONG = BigInteger().with_variant(Integer, "sqlite")
_SHORT = SmallInteger().with_variant(Integer, "sqlite")
MONEY, AMOUNT, PRICE = Exact(15, 2), Exact(15, 4), Exact(21, 10)
# What the lists of the API hold; each has indexes of its own, which only a query with these very words uses.
DE_NFE, DE_CTE = ("nfe", "nfce"), ("cte", "cte_os", "cte_simplificado")
_NFE, _CTE = f"especie IN {DE_NFE}", f"especie IN {DE_CTE}"


class XmlGuardado(Numbered, Base):
    """The exact bytes of a document, once however many companies have it; compressed (zlib)."""

    __tablename__ = "xml_guardado"

    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    tamanho: Mapped[int]
    conteudo: Mapped[bytes] = mapped_column(LargeBinary)


class Documento(Numbered, Owned, Base):
    """A document as one owner has it.

    `completo` is false while only a summary or a protocol is known, `comprovado` while none proves the kept text.
    `data_importacao` is when the full text came, until then when the first of it did.
    `mes` (AAAA-MM) is the month of its own local date, `offset_minutos` what its date of issue had; `data_lista`, by
    which lists are ordered, is that date or, where there is none, when the document became known (the database writes
    it). `papeis` are what the company is in it, separated by commas, `papel` the foremost of them. `busca` is what
    people search in, without accents and case. `avisos` is a list in JSON. `copia` is true once another row has
    the same key, whoever has it: what is not one needs no look for others.
    """

    __tablename__ = "documento"
    __table_args__ = (
        UniqueConstraint("dono", "chave"),
        Index("ix_documento_chave", "chave"),
        partial("ix_documento_nfe", "usuario_id", "data_lista", "id", where=_NFE),
        partial("ix_documento_nfe_todas", "data_lista", "id", where=_NFE),
        partial("ix_documento_cte", "usuario_id", "data_lista", "id", where=_CTE),
        partial("ix_documento_cte_todos", "data_lista", "id", where=_CTE),
        Index("ix_documento_mes", "empresa_id", "mes", "id"),
        Index("ix_documento_numeracao", "emit_cnpj", "modelo", "serie", "numero"),
        Index("ix_documento_importacao", "data_importacao"),
        Index("ix_documento_alterado", "atualizado_em"),
        partial("ix_documento_resumo", "recebido_em", where="completo = 0"),
        partial("ix_documento_copia", "chave", "id", where="copia = 1"),
    )

    especie: Mapped[str] = mapped_column(String(20))
    chave: Mapped[str] = mapped_column(String(50))
    modelo: Mapped[str] = mapped_column(String(4))
    serie: Mapped[int | None] = mapped_column(_LONG)
    numero: Mapped[int | None] = mapped_column(_LONG)
    data_emissao: Mapped[datetime | None]
    offset_minutos: Mapped[int | None] = mapped_column(_SHORT)
    mes: Mapped[str | None] = mapped_column(String(7))
    ambiente: Mapped[int | None] = mapped_column(_SHORT)
    emit_cnpj: Mapped[str | None] = mapped_column(String(14))
    emit_nome: Mapped[str | None] = mapped_column(String(200))
    emit_uf: Mapped[str | None] = mapped_column(String(2))
    dest_cnpj_cpf: Mapped[str | None] = mapped_column(String(20))
    dest_nome: Mapped[str | None] = mapped_column(String(200))
    valor_total: Mapped[Decimal | None] = mapped_column(MONEY)
    papel: Mapped[str | None] = mapped_column(String(14))
    papeis: Mapped[str] = mapped_column(String(100), default="")
    situacao: Mapped[str] = mapped_column(String(14))
    status: Mapped[str | None] = mapped_column(String(4))
    motivo: Mapped[str | None] = mapped_column(String(300))
    protocolo: Mapped[str | None] = mapped_column(String(17))
    recebido_em: Mapped[datetime | None]
    completo: Mapped[bool] = mapped_column(default=True)
    comprovado: Mapped[bool] = mapped_column(default=False)
    copia: Mapped[bool] = mapped_column(default=False, server_default=false())
    correcao: Mapped[str | None] = mapped_column(Text)
    correcao_sequencia: Mapped[int | None]
    avisos: Mapped[str | None] = mapped_column(Text)
    busca: Mapped[str] = mapped_column(Text, default="")
    xml_id: Mapped[int | None] = mapped_column(ForeignKey("xml_guardado.id"))
    arquivo_nome: Mapped[str | None] = mapped_column(Text)
    data_importacao: Mapped[datetime]
    atualizado_em: Mapped[datetime]
    data_lista: Mapped[datetime] = mapped_column(
        Computed("coalesce(data_emissao, recebido_em, data_importacao)", persisted=True)
    )


class NFe(Base):
    """What only an NF-e or NFC-e says."""

    __tablename__ = "nfe"

    id: Mapped[int] = mapped_column(ForeignKey("documento.id", ondelete="CASCADE"), primary_key=True)
    natureza: Mapped[str | None] = mapped_column(String(120))
    tipo: Mapped[int | None] = mapped_column(_SHORT)
    finalidade: Mapped[int | None] = mapped_column(_SHORT)
    emit_fantasia: Mapped[str | None] = mapped_column(String(200))
    emit_ie: Mapped[str | None] = mapped_column(String(20))
    emit_endereco: Mapped[str | None] = mapped_column(String(300))
    emit_municipio: Mapped[str | None] = mapped_column(String(100))
    emit_cep: Mapped[str | None] = mapped_column(String(8))
    dest_ie: Mapped[str | None] = mapped_column(String(20))
    dest_endereco: Mapped[str | None] = mapped_column(String(300))
    dest_municipio: Mapped[str | None] = mapped_column(String(100))
    dest_uf: Mapped[str | None] = mapped_column(String(2))
    dest_cep: Mapped[str | None] = mapped_column(String(8))
    transportador_cnpj_cpf: Mapped[str | None] = mapped_column(String(20))
    transportador_nome: Mapped[str | None] = mapped_column(String(200))
    autorizados: Mapped[str] = mapped_column(Text, default="")
    valor_produtos: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_icms: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_ipi: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_pis: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_cofins: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_tributos: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_ibs: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_cbs: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_is: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_monofasia: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_com_tributos: Mapped[Decimal | None] = mapped_column(MONEY)


class DocumentoItem(Numbered, Base):
    """A product or service of an NF-e, an NFC-e or a CF-e."""

    __tablename__ = "documento_item"
    __table_args__ = (UniqueConstraint("documento_id", "numero_item"),)

    documento_id: Mapped[int] = mapped_column(ForeignKey("documento.id", ondelete="CASCADE"))
    numero_item: Mapped[int]
    codigo_produto: Mapped[str | None] = mapped_column(String(120))
    descricao: Mapped[str | None] = mapped_column(String(300))
    ncm: Mapped[str | None] = mapped_column(String(8))
    cfop: Mapped[str | None] = mapped_column(String(4))
    cest: Mapped[str | None] = mapped_column(String(7))
    ean: Mapped[str | None] = mapped_column(String(14))
    unidade: Mapped[str | None] = mapped_column(String(20))
    quantidade: Mapped[Decimal | None] = mapped_column(AMOUNT)
    valor_unitario: Mapped[Decimal | None] = mapped_column(PRICE)
    valor_total: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_icms: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_ipi: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_pis: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_cofins: Mapped[Decimal | None] = mapped_column(MONEY)
    cst_ibscbs: Mapped[str | None] = mapped_column(String(3))
    classificacao: Mapped[str | None] = mapped_column(String(6))
    valor_ibs: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_cbs: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_is: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_monofasia: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_item: Mapped[Decimal | None] = mapped_column(MONEY)


class CTe(Base):
    """What only a CT-e says."""

    __tablename__ = "cte"

    id: Mapped[int] = mapped_column(ForeignKey("documento.id", ondelete="CASCADE"), primary_key=True)
    modal: Mapped[str | None] = mapped_column(String(2))
    tipo_cte: Mapped[int | None] = mapped_column(_SHORT)
    tipo_servico: Mapped[str | None] = mapped_column(String(2))
    cfop: Mapped[str | None] = mapped_column(String(4))
    natureza_operacao: Mapped[str | None] = mapped_column(String(120))
    municipio_inicio: Mapped[str | None] = mapped_column(String(100))
    uf_inicio: Mapped[str | None] = mapped_column(String(2))
    municipio_fim: Mapped[str | None] = mapped_column(String(100))
    uf_fim: Mapped[str | None] = mapped_column(String(2))
    emit_fantasia: Mapped[str | None] = mapped_column(String(200))
    emit_ie: Mapped[str | None] = mapped_column(String(20))
    emit_endereco: Mapped[str | None] = mapped_column(String(300))
    emit_municipio: Mapped[str | None] = mapped_column(String(100))
    rem_cnpj_cpf: Mapped[str | None] = mapped_column(String(20))
    rem_nome: Mapped[str | None] = mapped_column(String(200))
    rem_ie: Mapped[str | None] = mapped_column(String(20))
    rem_municipio: Mapped[str | None] = mapped_column(String(100))
    rem_uf: Mapped[str | None] = mapped_column(String(2))
    dest_ie: Mapped[str | None] = mapped_column(String(20))
    dest_municipio: Mapped[str | None] = mapped_column(String(100))
    dest_uf: Mapped[str | None] = mapped_column(String(2))
    exped_cnpj_cpf: Mapped[str | None] = mapped_column(String(20))
    exped_nome: Mapped[str | None] = mapped_column(String(200))
    receb_cnpj_cpf: Mapped[str | None] = mapped_column(String(20))
    receb_nome: Mapped[str | None] = mapped_column(String(200))
    tomador_cnpj_cpf: Mapped[str | None] = mapped_column(String(20))
    tomador_nome: Mapped[str | None] = mapped_column(String(200))
    valor_receber: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_carga: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_icms: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_ibs: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_cbs: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_com_tributos: Mapped[Decimal | None] = mapped_column(MONEY)


class CFe(Base):
    """What only a CF-e says, or its cancellation: `cancelada` is then the key it cancels."""

    __tablename__ = "cfe"

    id: Mapped[int] = mapped_column(ForeignKey("documento.id", ondelete="CASCADE"), primary_key=True)
    numero_serie_sat: Mapped[str | None] = mapped_column(String(9))
    emit_fantasia: Mapped[str | None] = mapped_column(String(200))
    emit_ie: Mapped[str | None] = mapped_column(String(20))
    valor_produtos: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_icms: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_pis: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_cofins: Mapped[Decimal | None] = mapped_column(MONEY)
    valor_tributos: Mapped[Decimal | None] = mapped_column(MONEY)
    cancelada: Mapped[str | None] = mapped_column(String(44))


class DocumentoLigacao(Base):
    """Another document that a document names by its key; that one may not be here."""

    __tablename__ = "documento_ligacao"
    __table_args__ = (Index("ix_documento_ligacao_chave", "chave"),)

    documento_id: Mapped[int] = mapped_column(ForeignKey("documento.id", ondelete="CASCADE"), primary_key=True)
    laco: Mapped[str] = mapped_column(String(14), primary_key=True)
    chave: Mapped[str] = mapped_column(String(44), primary_key=True)


class Numeracao(Numbered, Base):
    """What the last look at the numbers of a company's series found; `desde` is since when its oldest gap is known."""

    __tablename__ = "numeracao"
    __table_args__ = (UniqueConstraint("empresa_id", "modelo", "serie"),)

    empresa_id: Mapped[int] = mapped_column(ForeignKey(Empresa.id))
    modelo: Mapped[str] = mapped_column(String(4))
    serie: Mapped[int] = mapped_column(_LONG)
    faltam: Mapped[int] = mapped_column(_LONG)
    sem_resposta: Mapped[int] = mapped_column(_LONG)
    desde: Mapped[datetime | None]
    conferida_em: Mapped[datetime]
