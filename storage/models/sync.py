"""Ploomes and Milvus in step: the ledger of what was sent, and where each flow stands."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Leased, Numbered, PerConta, partial

UNTOLD = "avisado = false"
HELD = "lease_token IS NOT NULL"


class SyncItem(Numbered, PerConta, Leased, Base):
    """One line of the ledger: something that is sent once. Unique by (conta, livro, chave).

    `livro` is what it is (clientes, tarefas, interacoes, contatos), `fluxo` the flow that owes it, `chave` the document
    of a client or the number of the other things. `tentado`: a request may have been carried out, so it is looked for
    before it is sent again; `procuras` counts the looks that found nothing. `avisado`: its event is recorded.
    """

    __tablename__ = "sync_item"
    __table_args__ = (
        UniqueConstraint("conta", "livro", "chave"),
        Index("ix_sync_item_due", "conta", "fluxo", "situacao", "due_at"),
        Index("ix_sync_item_ploomes", "conta", "livro", "ploomes_id"),
        Index("ix_sync_item_milvus", "conta", "livro", "milvus_id"),
        partial("ix_sync_item_avisado", "conta", "id", where=UNTOLD),
        partial("ix_sync_item_lease", "lease_token", where=HELD),
    )

    livro: Mapped[str] = mapped_column(String(20))
    fluxo: Mapped[str] = mapped_column(String(20))
    chave: Mapped[str] = mapped_column(String(120))
    situacao: Mapped[str] = mapped_column(String(20))
    ploomes_id: Mapped[str | None] = mapped_column(String(40))
    milvus_id: Mapped[str | None] = mapped_column(String(40))
    milvus_token: Mapped[str | None] = mapped_column(String(40))
    tentado: Mapped[bool] = mapped_column(default=False)
    procuras: Mapped[int] = mapped_column(default=0)
    tentativas: Mapped[int] = mapped_column(default=0)
    motivo: Mapped[str | None] = mapped_column(String(40))
    erro: Mapped[str | None] = mapped_column(String(500))
    ligado: Mapped[str | None] = mapped_column(String(120))
    resumo: Mapped[str | None] = mapped_column(String(64))
    execucao: Mapped[str | None] = mapped_column(String(40))
    criado_em: Mapped[datetime]
    mudado_em: Mapped[datetime]
    avisado: Mapped[bool] = mapped_column(default=True)


class SyncAviso(Base):
    """An event that was recorded, by flow and a digest of its key: an item is told once, whatever breaks."""

    __tablename__ = "sync_aviso"

    conta: Mapped[str] = mapped_column(String(100), primary_key=True)
    livro: Mapped[str] = mapped_column(String(20), primary_key=True)
    marca: Mapped[str] = mapped_column(String(64), primary_key=True)
    em: Mapped[datetime]


class SyncFluxo(Numbered, PerConta, Leased, Base):
    """Where a flow of an account stands; while it is held, one run of it is under way.

    `cursor` is the creation time up to which everything is in the ledger; `profunda_em` when it was last read far back.
    """

    __tablename__ = "sync_fluxo"
    __table_args__ = (UniqueConstraint("conta", "fluxo"),)

    fluxo: Mapped[str] = mapped_column(String(20))
    cursor: Mapped[datetime | None]
    profunda_em: Mapped[datetime | None]
    iniciado_em: Mapped[datetime | None]
    terminado_em: Mapped[datetime | None]
    bem_em: Mapped[datetime | None]
    relatorio: Mapped[str | None]
    falha: Mapped[str | None] = mapped_column(String(500))
    falhando_desde: Mapped[datetime | None]
    precisa_de_alguem: Mapped[bool] = mapped_column(default=False)
    contagens: Mapped[str | None]
    estacionado_desde: Mapped[datetime | None]


class SyncGancho(Numbered, PerConta, Base):
    """A record of Ploomes that a webhook told of, until a run of its flow has read it.

    `vezes` counts how often it was told: what comes while it is read is read again. `falhas` counts readings refused.
    """

    __tablename__ = "sync_gancho"
    __table_args__ = (UniqueConstraint("conta", "fluxo", "numero"),)

    fluxo: Mapped[str] = mapped_column(String(20))
    numero: Mapped[int] = mapped_column(BigInteger)
    vezes: Mapped[int] = mapped_column(default=1)
    falhas: Mapped[int] = mapped_column(default=0)
    recebido_em: Mapped[datetime]
