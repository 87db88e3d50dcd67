"""alertas de qualquer fonte, caixas ocupadas, um SATHub por vez."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sat_endereco",
        sa.Column("endereco", sa.String(length=500), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("due_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sat_endereco")),
        sa.UniqueConstraint("endereco", name=op.f("uq_sat_endereco_endereco")),
    )
    with op.batch_alter_table("caixa", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ocupada_desde", storage.types.Instant(timezone=True), nullable=True))
    with op.batch_alter_table("alerta", schema=None) as batch_op:
        batch_op.add_column(sa.Column("causa", sa.String(length=40), nullable=True))
        batch_op.alter_column("objeto", existing_type=sa.String(length=100), type_=sa.String(length=170))
    # Until now a parked box and one that does not answer were told alike.
    op.execute(
        "UPDATE alerta SET causa = 'sem_resposta' WHERE fonte = 'sat' AND codigo = 'inalcancavel' "
        "AND objeto NOT LIKE 'loja:%' AND objeto NOT LIKE 'hub:%' AND severidade_avisada IS NOT NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table("alerta", schema=None) as batch_op:
        batch_op.alter_column("objeto", existing_type=sa.String(length=170), type_=sa.String(length=100))
        batch_op.drop_column("causa")
    with op.batch_alter_table("caixa", schema=None) as batch_op:
        batch_op.drop_column("ocupada_desde")
    op.drop_table("sat_endereco")
