"""ritmo das filas."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "amostra",
        sa.Column("serie", sa.String(60), nullable=False),
        sa.Column("minuto", Instant(timezone=True), nullable=False),
        sa.Column("valor", LONG, nullable=False),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_amostra"),
        sa.UniqueConstraint("serie", "minuto", name="uq_amostra_serie_minuto"),
    )
    op.create_index("ix_amostra_minuto", "amostra", ["minuto"])


def downgrade() -> None:
    op.drop_table("amostra")
