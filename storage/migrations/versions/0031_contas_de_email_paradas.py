"""contas de e-mail paradas."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

INSTANT = Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "email_conta_parada",
        sa.Column("conta", sa.String(100), nullable=False),
        sa.Column("parada_em", INSTANT, nullable=False),
        sa.Column("motivo", sa.String(500), nullable=False),
        sa.Column("assinatura", sa.String(64), nullable=False),
        sa.Column("tentar_em", INSTANT),
        sa.PrimaryKeyConstraint("conta", name="pk_email_conta_parada"),
    )


def downgrade() -> None:
    op.drop_table("email_conta_parada")
