"""quais documentos têm outra linha com a mesma chave: os totais procuram outras só para esses."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

MARK = """
UPDATE documento SET copia = true WHERE chave IN (SELECT chave FROM documento GROUP BY chave HAVING count(*) > 1)
"""


def upgrade() -> None:
    op.add_column("documento", sa.Column("copia", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(MARK)
    op.create_index(
        "ix_documento_copia",
        "documento",
        ["chave", "id"],
        sqlite_where=sa.text("copia = 1"),
        postgresql_where=sa.text("copia"),
    )


def downgrade() -> None:
    op.drop_index("ix_documento_copia", "documento")
    op.drop_column("documento", "copia")
