"""manifestações que não foram registradas, por data do pedido."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("estado <> 'registrado'")
    op.create_index(
        "ix_sefaz_manifestacao_aberta",
        "sefaz_manifestacao",
        ["pedida_em"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index("ix_sefaz_manifestacao_aberta", "sefaz_manifestacao")
