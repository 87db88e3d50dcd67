"""saude filtros e metricas."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "marca",
        sa.Column("nome", sa.String(length=100), nullable=False),
        sa.Column("instante", storage.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nome", name=op.f("pk_marca")),
    )
    op.create_table(
        "sequencia",
        sa.Column("entidade", sa.String(length=200), nullable=False),
        sa.Column("valor", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entidade", name=op.f("pk_sequencia")),
    )
    op.create_table(
        "latencia",
        sa.Column("destino_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ate_ms", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("soma_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["destino_id"], ["destino.id"], name=op.f("fk_latencia_destino_id_destino"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("destino_id", "ate_ms", name=op.f("pk_latencia")),
    )
    with op.batch_alter_table("alerta", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reconhecido_em", storage.types.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("lembrado_em", storage.types.Instant(timezone=True), nullable=True))

    with op.batch_alter_table("destino", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pausado_em", storage.types.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ordem_estrita", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("por_minuto", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("secret_anterior", storage.types.Encrypted(), nullable=True))
        batch_op.add_column(sa.Column("secret_anterior_ate", storage.types.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("severidade_minima", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("rotulos", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("silencio", sa.String(length=11), nullable=True))
        batch_op.add_column(sa.Column("falhas_seguidas", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("falhas_novas", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("falhando_desde", storage.types.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("avisado_em", storage.types.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("circuito_espera", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("destino", schema=None) as batch_op:
        batch_op.drop_column("circuito_espera")
        batch_op.drop_column("avisado_em")
        batch_op.drop_column("falhando_desde")
        batch_op.drop_column("falhas_novas")
        batch_op.drop_column("falhas_seguidas")
        batch_op.drop_column("silencio")
        batch_op.drop_column("rotulos")
        batch_op.drop_column("severidade_minima")
        batch_op.drop_column("secret_anterior_ate")
        batch_op.drop_column("secret_anterior")
        batch_op.drop_column("por_minuto")
        batch_op.drop_column("ordem_estrita")
        batch_op.drop_column("pausado_em")

    with op.batch_alter_table("alerta", schema=None) as batch_op:
        batch_op.drop_column("lembrado_em")
        batch_op.drop_column("reconhecido_em")

    op.drop_table("latencia")
    op.drop_table("sequencia")
    op.drop_table("marca")
