"""serviços que só se consultam sozinhos para quem os liga."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certificado_digital") as table:
        table.add_column(sa.Column("servicos_opcionais", sa.String(100), nullable=False, server_default=""))
    with op.batch_alter_table("certificado_digital") as table:
        table.alter_column("servicos_opcionais", server_default=None)


def downgrade() -> None:
    op.drop_column("certificado_digital", "servicos_opcionais")
