"""lotes do Questor que vêm do acervo de documentos de uma empresa."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFERENCE = "fk_questor_lote_empresa_id_empresa"


def upgrade() -> None:
    with op.batch_alter_table("questor_lote") as table:
        table.add_column(sa.Column("empresa_id", NUMBER))
        table.add_column(sa.Column("mes", sa.String(7)))
        table.create_foreign_key(REFERENCE, "empresa", ["empresa_id"], ["id"])


def downgrade() -> None:
    # The program of before knows lots of folders only.
    op.execute(
        "DELETE FROM questor_arquivo WHERE lote_id IN (SELECT id FROM questor_lote WHERE empresa_id IS NOT NULL)"
    )
    op.execute("DELETE FROM questor_lote WHERE empresa_id IS NOT NULL")
    with op.batch_alter_table("questor_lote") as table:
        table.drop_constraint(REFERENCE, type_="foreignkey")
        table.drop_column("mes")
        table.drop_column("empresa_id")
