"""agenda: tarefas de todo dia, e o que foi feito em cada dia."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "agenda_tarefa",
        sa.Column("nome", sa.String(60), nullable=False),
        sa.Column("hora", sa.String(5), nullable=False),
        sa.Column("fuso", sa.String(64), nullable=False),
        sa.Column("desde", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("nome", name="pk_agenda_tarefa"),
    )
    op.create_table(
        "agenda_dia",
        sa.Column("tarefa", sa.String(60), nullable=False),
        sa.Column("dia", sa.Date(), nullable=False),
        sa.Column("estado", sa.String(10), nullable=False),
        sa.Column("devida_em", INSTANT, nullable=False),
        sa.Column("ate", INSTANT, nullable=False),
        sa.Column("tentativas", sa.Integer(), nullable=False),
        sa.Column("concluida_em", INSTANT),
        sa.Column("quem", sa.String(120)),
        sa.Column("contagem", sa.Text()),
        sa.Column("falha", sa.String(500)),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_token", sa.String(120)),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_dia"),
        sa.UniqueConstraint("tarefa", "dia", name="uq_agenda_dia_tarefa_dia"),
    )
    pending = sa.text("estado = 'pendente'")
    op.create_index(
        "ix_agenda_dia_devida", "agenda_dia", ["due_at", "id"], sqlite_where=pending, postgresql_where=pending
    )
    # It is no task of a period any more: what it did is told by its days.
    op.execute("DELETE FROM marca WHERE nome = 'tarefa:manutencao.limpar'")


def downgrade() -> None:
    op.drop_table("agenda_dia")
    op.drop_table("agenda_tarefa")
