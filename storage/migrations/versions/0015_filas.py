"""linhas de filas já avisadas."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0015"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fila_linha",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("conta", sa.String(100), nullable=False),
        sa.Column("identidade", sa.String(120), nullable=False),
        sa.Column("linha", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.String(40)),
        sa.Column("em", Instant(timezone=True), nullable=False),
        sa.Column("aguarda", sa.Boolean(), nullable=False),
        sa.Column("token", sa.String(120)),
        sa.Column("reenviar", sa.Boolean(), nullable=False),
        sa.Column("reprocessada", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fila_linha"),
        sa.UniqueConstraint("conta", "identidade", name="uq_fila_linha_conta_identidade"),
    )
    waits = sa.text("aguarda")
    op.create_index("ix_fila_linha_aguarda", "fila_linha", ["conta", "id"], postgresql_where=waits, sqlite_where=waits)
    op.create_index("ix_fila_linha_em", "fila_linha", ["em"])
    op.create_table(
        "fila_conta",
        sa.Column("conta", sa.String(100), nullable=False),
        sa.Column("visto_em", Instant(timezone=True)),
        sa.Column("pendentes", sa.Integer(), nullable=False),
        sa.Column("reservadas", sa.Integer(), nullable=False),
        sa.Column("erros", sa.Integer(), nullable=False),
        sa.Column("mais_antiga_segundos", sa.Integer()),
        sa.Column("falha", sa.String(500)),
        sa.Column("falhando_desde", Instant(timezone=True)),
        sa.Column("precisa_de_alguem", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("conta", name="pk_fila_conta"),
    )


def downgrade() -> None:
    op.drop_table("fila_conta")
    op.drop_table("fila_linha")
