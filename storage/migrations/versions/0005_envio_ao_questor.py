"""envio ao questor."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN_SQL = "estado IN ('pendente', 'desconhecido')"


def upgrade() -> None:
    op.create_table(
        "questor_conta",
        sa.Column("conta", sa.String(length=100), nullable=False),
        sa.Column("limite", sa.Double(), nullable=False),
        sa.Column("base", sa.Double(), nullable=True),
        sa.Column("suave", sa.Double(), nullable=True),
        sa.Column("falhas", sa.Integer(), nullable=False),
        sa.Column("espera", sa.Integer(), nullable=False),
        sa.Column("aberto_ate", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("reduzido_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("sucesso_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("itens", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conta", name=op.f("pk_questor_conta")),
    )
    op.create_table(
        "questor_lote",
        sa.Column("nome", sa.String(length=100), nullable=False),
        sa.Column("pasta", sa.Text(), nullable=False),
        sa.Column("criado_em", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("varrido_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("enviar", sa.Boolean(), nullable=False),
        sa.Column("pausado_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("parado_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("parado_motivo", sa.String(length=500), nullable=True),
        sa.Column("concluido_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("ritmo", sa.Double(), nullable=False),
        sa.Column("ritmo_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conta", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questor_lote")),
        sa.UniqueConstraint("conta", "nome", name=op.f("uq_questor_lote_conta_nome")),
    )
    op.create_table(
        "questor_remetente",
        sa.Column("vagas", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conta", sa.String(length=100), nullable=False),
        sa.Column("due_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questor_remetente")),
    )
    op.create_index("ix_questor_remetente_conta", "questor_remetente", ["conta"], unique=False)
    op.create_table(
        "questor_arquivo",
        sa.Column("lote_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("caminho", sa.Text(), nullable=False),
        sa.Column("tamanho", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("tipo", sa.String(length=30), nullable=True),
        sa.Column("identidade", sa.String(length=80), nullable=True),
        sa.Column("estado", sa.String(length=20), nullable=False),
        sa.Column("motivo", sa.String(length=40), nullable=True),
        sa.Column("http", sa.Integer(), nullable=True),
        sa.Column("mensagem", sa.String(length=500), nullable=True),
        sa.Column("tentativas", sa.Integer(), nullable=False),
        sa.Column("repeticoes", sa.Integer(), nullable=False),
        sa.Column("erros", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("due_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["lote_id"], ["questor_lote.id"], name=op.f("fk_questor_arquivo_lote_id_questor_lote"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questor_arquivo")),
        sa.UniqueConstraint("lote_id", "caminho", name=op.f("uq_questor_arquivo_lote_id_caminho")),
    )
    op.create_index("ix_questor_arquivo_contagem", "questor_arquivo", ["lote_id", "estado", "tipo"], unique=False)
    op.create_index(
        "ix_questor_arquivo_devido",
        "questor_arquivo",
        ["lote_id", "estado", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text(OPEN_SQL),
        sqlite_where=sa.text(OPEN_SQL),
    )
    op.create_index("ix_questor_arquivo_identidade", "questor_arquivo", ["lote_id", "identidade"], unique=False)
    op.create_index(
        "ix_questor_arquivo_lease",
        "questor_arquivo",
        ["lease_token"],
        unique=False,
        postgresql_where=sa.text("lease_token IS NOT NULL"),
        sqlite_where=sa.text("lease_token IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_questor_arquivo_lease",
        table_name="questor_arquivo",
        postgresql_where=sa.text("lease_token IS NOT NULL"),
        sqlite_where=sa.text("lease_token IS NOT NULL"),
    )
    op.drop_index("ix_questor_arquivo_identidade", table_name="questor_arquivo")
    op.drop_index(
        "ix_questor_arquivo_devido",
        table_name="questor_arquivo",
        postgresql_where=sa.text(OPEN_SQL),
        sqlite_where=sa.text(OPEN_SQL),
    )
    op.drop_index("ix_questor_arquivo_contagem", table_name="questor_arquivo")
    op.drop_table("questor_arquivo")
    op.drop_index("ix_questor_remetente_conta", table_name="questor_remetente")
    op.drop_table("questor_remetente")
    op.drop_table("questor_lote")
    op.drop_table("questor_conta")
