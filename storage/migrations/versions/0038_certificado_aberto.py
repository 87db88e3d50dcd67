"""o que está no arquivo de um certificado, pronto para ser usado."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("certificado_digital", sa.Column("aberto", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("certificado_digital", "aberto")
