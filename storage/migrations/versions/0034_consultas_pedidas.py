"""consultas que alguém pediu e que esperam a sua vez."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waiting = sa.text("status = 'PENDENTE'")
    op.create_index(
        "ix_sefaz_consulta_pendente",
        "sefaz_consulta",
        ["serie_id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    op.drop_index("ix_sefaz_consulta_pendente", "sefaz_consulta")
