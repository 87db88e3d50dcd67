"""a vez da bomba deixa de existir: mais de um processo entrega quando um só não dá conta."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("bomba")


def downgrade() -> None:
    op.create_table(
        "bomba",
        sa.Column("nome", sa.String(length=100), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("due_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bomba")),
        sa.UniqueConstraint("nome", name=op.f("uq_bomba_nome")),
    )
    op.execute("INSERT INTO bomba (nome, due_at) VALUES ('entregas', '2026-01-01 00:00:00.000000')")
