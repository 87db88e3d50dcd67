"""os documentos da SEFAZ que não se leram têm um índice."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    unread = sa.text("resultado = 'erro'")
    op.create_index(
        "ix_sefaz_documento_ilegivel",
        "sefaz_documento",
        ["serie_id"],
        sqlite_where=unread,
        postgresql_where=unread,
    )


def downgrade() -> None:
    op.drop_index("ix_sefaz_documento_ilegivel", "sefaz_documento")
