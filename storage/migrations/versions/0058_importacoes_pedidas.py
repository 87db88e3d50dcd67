"""o que se pediu que os workers importem de consultas à SEFAZ."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sefaz_importacao",
        sa.Column("consulta_id", LONG, nullable=False),
        sa.Column("pedida_em", INSTANT, nullable=False),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_token", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sefaz_importacao"),
        sa.UniqueConstraint("consulta_id", name="uq_sefaz_importacao_consulta_id"),
        sa.ForeignKeyConstraint(
            ["consulta_id"],
            ["sefaz_consulta.id"],
            name="fk_sefaz_importacao_consulta_id_sefaz_consulta",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("sefaz_importacao")
