"""a última leitura que o agente de uma caixa enviou."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("caixa", sa.Column("leitura", sa.String(64)))
    op.add_column("caixa", sa.Column("lida_em", Instant(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("caixa") as table:
        table.drop_column("lida_em")
        table.drop_column("leitura")
