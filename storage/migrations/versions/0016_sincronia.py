"""livro, avisos e fluxos da sincronia entre Ploomes e Milvus."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UNTOLD, HELD = sa.text("avisado = false"), sa.text("lease_token IS NOT NULL")


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, primary_key=True, autoincrement=True)


def upgrade() -> None:
    _items()
    op.create_table(
        "sync_aviso",
        sa.Column("conta", sa.String(100), nullable=False),
        sa.Column("livro", sa.String(20), nullable=False),
        sa.Column("marca", sa.String(64), nullable=False),
        sa.Column("em", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conta", "livro", "marca", name="pk_sync_aviso"),
    )
    op.create_table(
        "sync_fluxo",
        _number(),
        sa.Column("conta", sa.String(100), nullable=False),
        sa.Column("fluxo", sa.String(20), nullable=False),
        sa.Column("due_at", Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(120)),
        sa.Column("cursor", Instant(timezone=True)),
        sa.Column("profunda_em", Instant(timezone=True)),
        sa.Column("iniciado_em", Instant(timezone=True)),
        sa.Column("terminado_em", Instant(timezone=True)),
        sa.Column("bem_em", Instant(timezone=True)),
        sa.Column("relatorio", sa.String()),
        sa.Column("falha", sa.String(500)),
        sa.Column("falhando_desde", Instant(timezone=True)),
        sa.Column("precisa_de_alguem", sa.Boolean(), nullable=False),
        sa.Column("contagens", sa.String()),
        sa.Column("estacionado_desde", Instant(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_sync_fluxo"),
        sa.UniqueConstraint("conta", "fluxo", name="uq_sync_fluxo_conta_fluxo"),
    )


def _items() -> None:
    op.create_table(
        "sync_item",
        _number(),
        sa.Column("conta", sa.String(100), nullable=False),
        sa.Column("livro", sa.String(20), nullable=False),
        sa.Column("fluxo", sa.String(20), nullable=False),
        sa.Column("chave", sa.String(120), nullable=False),
        sa.Column("situacao", sa.String(20), nullable=False),
        sa.Column("due_at", Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(120)),
        sa.Column("ploomes_id", sa.String(40)),
        sa.Column("milvus_id", sa.String(40)),
        sa.Column("milvus_token", sa.String(40)),
        sa.Column("tentado", sa.Boolean(), nullable=False),
        sa.Column("procuras", sa.Integer(), nullable=False),
        sa.Column("tentativas", sa.Integer(), nullable=False),
        sa.Column("motivo", sa.String(40)),
        sa.Column("erro", sa.String(500)),
        sa.Column("ligado", sa.String(120)),
        sa.Column("resumo", sa.String(64)),
        sa.Column("execucao", sa.String(40)),
        sa.Column("criado_em", Instant(timezone=True), nullable=False),
        sa.Column("mudado_em", Instant(timezone=True), nullable=False),
        sa.Column("avisado", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sync_item"),
        sa.UniqueConstraint("conta", "livro", "chave", name="uq_sync_item_conta_livro_chave"),
    )
    op.create_index("ix_sync_item_due", "sync_item", ["conta", "fluxo", "situacao", "due_at"])
    op.create_index("ix_sync_item_ploomes", "sync_item", ["conta", "livro", "ploomes_id"])
    op.create_index("ix_sync_item_milvus", "sync_item", ["conta", "livro", "milvus_id"])
    op.create_index("ix_sync_item_avisado", "sync_item", ["conta", "id"], postgresql_where=UNTOLD, sqlite_where=UNTOLD)
    op.create_index("ix_sync_item_lease", "sync_item", ["lease_token"], postgresql_where=HELD, sqlite_where=HELD)


def downgrade() -> None:
    for table in ("sync_fluxo", "sync_aviso", "sync_item"):
        op.drop_table(table)
