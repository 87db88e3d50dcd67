"""Files on their way into the store, and what became of each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Leased, Numbered, partial
from storage.models.empresas import Owned
from storage.types import RowId


class EstadoImportacao(StrEnum):
    """What became of a file."""

    PROCESSANDO = "processando"
    SUCESSO = "sucesso"
    ERRO = "erro"


class Importacao(Numbered, Owned, Leased, Base):
    """A file or folder to import, asked for once. Its lease is the walk through it, owed until `lido_em`."""

    __tablename__ = "importacao"
    __table_args__ = (partial("ix_importacao_devida", "due_at", "id", where="concluida_em IS NULL"),)

    caminho: Mapped[str] = mapped_column(Text)
    criada_em: Mapped[datetime]
    lida_em: Mapped[datetime | None]
    concluida_em: Mapped[datetime | None]


class ImportLog(Numbered, Owned, Leased, Base):
    """A file on its way into the store: owed work while `processando`, then what became of it.

    `arquivo_nome` is its path below that of the request (`core.documentos.paths`), `caminho_codificado` that it is
    percent-encoded; `parte` counts the documents of a file that has several, of which each has a row.
    """

    __tablename__ = "import_log"
    __table_args__ = (
        UniqueConstraint("importacao_id", "arquivo_nome", "caminho_codificado", "parte", name="uq_import_log_arquivo"),
        partial("ix_import_log_devido", "importacao_id", "due_at", "id", where="status = 'processando'"),
        partial("ix_import_log_lease", "lease_token", where="lease_token IS NOT NULL"),
        Index("ix_import_log_dono", "usuario_id", "data_importacao", "id"),
        Index("ix_import_log_lista", "data_importacao", "id"),
        Index("ix_import_log_data", "status", "data_importacao"),
    )

    importacao_id: Mapped[int | None] = mapped_column(ForeignKey("importacao.id", ondelete="SET NULL"))
    arquivo_nome: Mapped[str] = mapped_column(Text)
    caminho_codificado: Mapped[bool] = mapped_column(default=False)
    parte: Mapped[int] = mapped_column(default=0)
    data_importacao: Mapped[datetime]
    tipo_documento: Mapped[str] = mapped_column(String(10), default="")
    status: Mapped[str] = mapped_column(String(12))
    motivo: Mapped[str | None] = mapped_column(String(40))
    mensagem: Mapped[str | None] = mapped_column(String(500))
    chave_acesso: Mapped[str | None] = mapped_column(String(50))
    documento_id: Mapped[int | None] = mapped_column(RowId)
