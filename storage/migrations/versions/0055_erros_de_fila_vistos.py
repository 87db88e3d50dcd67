"""até onde foram vistas as linhas em erro de uma fila."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fila_conta") as table:
        table.add_column(sa.Column("erros_vistos_ate", sa.String(64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("fila_conta") as table:
        table.drop_column("erros_vistos_ate")
