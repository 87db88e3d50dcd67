"""uma bomba por banco de um só escritor; tabelas quentes com folga no PostgreSQL."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Their rows are rewritten at each delivery: with room on the page no index has to be touched, and what is dead goes soon.
HOT = ("destino", "delivery", "balde", "latencia", "sequencia")


def upgrade() -> None:
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
    if op.get_bind().dialect.name == "postgresql":
        for table in HOT:
            op.execute(f"ALTER TABLE {table} SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in HOT:
            op.execute(f"ALTER TABLE {table} RESET (fillfactor, autovacuum_vacuum_scale_factor)")
    op.drop_table("bomba")
