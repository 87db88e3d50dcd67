"""processos que vivem, e o que as tarefas deram."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "processo",
        sa.Column("host", sa.String(100), nullable=False),
        sa.Column("nome", sa.String(100), nullable=False),
        sa.Column("visto_em", Instant(timezone=True), nullable=False),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_processo"),
        sa.UniqueConstraint("host", "nome", name="uq_processo_host_nome"),
    )
    op.create_table(
        "tarefa_contada",
        sa.Column("tarefa", sa.String(100), nullable=False),
        sa.Column("resultado", sa.String(10), nullable=False),
        sa.Column("ate_ms", sa.Integer(), nullable=False),
        sa.Column("total", LONG, nullable=False),
        sa.Column("soma_ms", LONG, nullable=False),
        sa.PrimaryKeyConstraint("tarefa", "resultado", "ate_ms", name="pk_tarefa_contada"),
    )


def downgrade() -> None:
    op.drop_table("tarefa_contada")
    op.drop_table("processo")
