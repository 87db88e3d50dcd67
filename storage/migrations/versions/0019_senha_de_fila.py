"""senha de fila nos dias de tolerância."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fila_conta") as table:
        table.add_column(sa.Column("senha_vencendo", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("fila_conta") as table:
        table.drop_column("senha_vencendo")
