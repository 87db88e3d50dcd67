"""o que webhooks do Ploomes disseram que mudou."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sync_gancho",
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.Column("conta", sa.String(100), nullable=False),
        sa.Column("fluxo", sa.String(20), nullable=False),
        sa.Column("numero", sa.BigInteger(), nullable=False),
        sa.Column("vezes", sa.Integer(), nullable=False),
        sa.Column("falhas", sa.Integer(), nullable=False),
        sa.Column("recebido_em", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sync_gancho"),
        sa.UniqueConstraint("conta", "fluxo", "numero", name="uq_sync_gancho_conta_fluxo_numero"),
    )


def downgrade() -> None:
    op.drop_table("sync_gancho")
