"""frota de caixas."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "caixa_historico",
        sa.Column("caixa_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("em", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("resultado", sa.String(length=20), nullable=False),
        sa.Column("estado_operacao", sa.Integer(), nullable=True),
        sa.Column("alertas", sa.Text(), nullable=False),
        sa.Column("erro", sa.String(length=500), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["caixa_id"], ["caixa.id"], name=op.f("fk_caixa_historico_caixa_id_caixa"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caixa_historico")),
    )
    op.create_index("ix_caixa_historico_caixa_em", "caixa_historico", ["caixa_id", "em"], unique=False)
    with op.batch_alter_table("caixa", schema=None) as batch_op:
        batch_op.add_column(sa.Column("config", storage.types.Encrypted(), nullable=True))
        batch_op.add_column(sa.Column("falhas_seguidas", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("falhando_desde", storage.types.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("silenciada_ate", storage.types.Instant(timezone=True), nullable=True))
    with op.batch_alter_table("alerta", schema=None) as batch_op:
        batch_op.add_column(sa.Column("severidade_avisada", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("rotulos", sa.Text(), nullable=True))
    # Until now every open alert had been told as it was.
    op.execute("UPDATE alerta SET severidade_avisada = severidade")


def downgrade() -> None:
    with op.batch_alter_table("alerta", schema=None) as batch_op:
        batch_op.drop_column("rotulos")
        batch_op.drop_column("severidade_avisada")
    with op.batch_alter_table("caixa", schema=None) as batch_op:
        batch_op.drop_column("silenciada_ate")
        batch_op.drop_column("falhando_desde")
        batch_op.drop_column("falhas_seguidas")
        batch_op.drop_column("config")
    op.drop_index("ix_caixa_historico_caixa_em", table_name="caixa_historico")
    op.drop_table("caixa_historico")
