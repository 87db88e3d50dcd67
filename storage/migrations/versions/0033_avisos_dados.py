"""avisos que se dão uma vez só."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aviso_dado",
        sa.Column("nome", sa.String(50), nullable=False),
        sa.Column("sobre", sa.String(100), nullable=False),
        sa.Column("dado_em", Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_aviso_dado"),
        sa.UniqueConstraint("nome", "sobre", name="uq_aviso_dado_nome_sobre"),
    )


def downgrade() -> None:
    op.drop_table("aviso_dado")
