"""Questor Zen: lots of files to send, the manifest of each file, and what is known of an account's server."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Leased, Numbered, PerConta, partial
from storage.models.empresas import Empresa
from storage.types import RowId


class Estado(StrEnum):
    """What became of a document so far."""

    PENDENTE = "pendente"
    DESCONHECIDO = "desconhecido"
    ENVIADO = "enviado"
    RECUSADO = "recusado"
    DUPLICADO = "duplicado"
    IGNORADO = "ignorado"
    QUARENTENA = "quarentena"


ABERTOS = (Estado.PENDENTE, Estado.DESCONHECIDO)
OPEN_SQL = "estado IN ('pendente', 'desconhecido')"
_LONG = BigInteger().with_variant(Integer, "sqlite")


class QuestorLote(Numbered, PerConta, Base):
    """A folder of files, scanned once or more, and sent on request (`enviar`).

    With `empresa_id` it is made of that company's stored documents, of one month or all, and there is no folder.
    `ritmo` is the number of accepted documents, each counting less the longer ago it was; `ritmo_em` is its instant.
    """

    __tablename__ = "questor_lote"
    __table_args__ = (UniqueConstraint("conta", "nome"),)

    nome: Mapped[str] = mapped_column(String(100))
    pasta: Mapped[str] = mapped_column(Text)
    empresa_id: Mapped[int | None] = mapped_column(ForeignKey(Empresa.id))
    mes: Mapped[str | None] = mapped_column(String(7))
    criado_em: Mapped[datetime]
    varrido_em: Mapped[datetime | None]
    enviar: Mapped[bool] = mapped_column(default=False)
    pausado_em: Mapped[datetime | None]
    parado_em: Mapped[datetime | None]
    parado_motivo: Mapped[str | None] = mapped_column(String(500))
    concluido_em: Mapped[datetime | None]
    ritmo: Mapped[float] = mapped_column(default=0.0)
    ritmo_em: Mapped[datetime | None]


class QuestorArquivo(Numbered, Leased, Base):
    """One file of a lot, or one member of a ZIP in it, or the coupon of a number (`parte`) in one of them.

    `caminho_codificado` says that the path is percent-encoded.
    Claiming for a send writes `desconhecido`, so what a crash leaves behind is already unknown. `erros` counts faults
    that this document alone seems to cause, `repeticoes` sends after an outcome that nobody could find out.
    """

    __tablename__ = "questor_arquivo"
    __table_args__ = (
        UniqueConstraint("lote_id", "caminho", "caminho_codificado", "parte"),
        partial("ix_questor_arquivo_devido", "lote_id", "estado", "due_at", "id", where=OPEN_SQL),
        Index("ix_questor_arquivo_identidade", "lote_id", "identidade"),
        Index("ix_questor_arquivo_contagem", "lote_id", "estado", "tipo"),
        partial("ix_questor_arquivo_lease", "lease_token", where="lease_token IS NOT NULL"),
    )  # fmt: skip

    lote_id: Mapped[int] = mapped_column(ForeignKey("questor_lote.id", ondelete="CASCADE"))
    caminho: Mapped[str] = mapped_column(Text)
    caminho_codificado: Mapped[bool] = mapped_column(default=False)
    parte: Mapped[int] = mapped_column(default=0)
    tamanho: Mapped[int] = mapped_column(_LONG)
    mtime_ns: Mapped[int] = mapped_column(_LONG)
    sha256: Mapped[str | None] = mapped_column(String(64))
    tipo: Mapped[str | None] = mapped_column(String(30))
    identidade: Mapped[str | None] = mapped_column(String(80))
    estado: Mapped[str] = mapped_column(String(20))
    motivo: Mapped[str | None] = mapped_column(String(40))
    http: Mapped[int | None]
    mensagem: Mapped[str | None] = mapped_column(String(500))
    tentativas: Mapped[int] = mapped_column(default=0)
    repeticoes: Mapped[int] = mapped_column(default=0)
    erros: Mapped[int] = mapped_column(default=0)
    original_id: Mapped[int | None] = mapped_column(RowId)


class QuestorConta(Base):
    """What all senders of one account know of its server (`flows/questor/pace.py`).

    `taxa` is how many requests a second it took before it last named a rate, at `taxa_em`.
    """

    __tablename__ = "questor_conta"

    conta: Mapped[str] = mapped_column(String(100), primary_key=True)
    limite: Mapped[float]
    base: Mapped[float | None]
    suave: Mapped[float | None]
    falhas: Mapped[int] = mapped_column(default=0)
    espera: Mapped[int] = mapped_column(default=0)
    aberto_ate: Mapped[datetime | None]
    reduzido_em: Mapped[datetime | None]
    sucesso_em: Mapped[datetime | None]
    taxa: Mapped[float | None]
    taxa_em: Mapped[datetime | None]
    itens: Mapped[int] = mapped_column(default=1)


class QuestorRemetente(Numbered, PerConta, Leased, Base):
    """A slot for one sender of an account, and how many requests it may have in flight."""

    __tablename__ = "questor_remetente"
    __table_args__ = (Index("ix_questor_remetente_conta", "conta"),)

    vagas: Mapped[int] = mapped_column(default=0)
