"""documentos: índice para o que veio ou mudou desde um instante."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_documento_alterado", "documento", ["atualizado_em"])


def downgrade() -> None:
    op.drop_index("ix_documento_alterado", "documento")
