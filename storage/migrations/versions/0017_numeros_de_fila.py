"""números de linha de fila com mais dígitos do que um inteiro."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("fila_linha") as table:
        table.alter_column(
            "linha",
            type_=sa.String(64),
            existing_type=NUMBER,
            existing_nullable=False,
            postgresql_using="linha::text",
        )


def downgrade() -> None:
    with op.batch_alter_table("fila_linha") as table:
        table.alter_column(
            "linha",
            type_=NUMBER,
            existing_type=sa.String(64),
            existing_nullable=False,
            postgresql_using="linha::bigint",
        )
