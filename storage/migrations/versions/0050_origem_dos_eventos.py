"""eventos: o que começou cada um, para que o log de quem o entrega também o diga."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("origem", sa.String(49), nullable=True))


def downgrade() -> None:
    op.drop_column("event", "origem")
