"""vez do beat."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vez",
        sa.Column("nome", sa.String(60), nullable=False),
        sa.Column("dono", sa.String(200), nullable=True),
        sa.Column("volta", sa.Integer(), nullable=False),
        sa.Column("lembrado", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("nome", name="pk_vez"),
    )


def downgrade() -> None:
    op.drop_table("vez")
