"""eventos que são de um destino só."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("restrito", sa.Boolean(), nullable=True))


def downgrade() -> None:
    # in place: a table that others refer to is not made anew
    op.drop_column("event", "restrito")
