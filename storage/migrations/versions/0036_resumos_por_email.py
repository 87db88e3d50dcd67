"""resumos por e-mail: muitas entregas em uma mensagem."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = Instant(timezone=True)
OPEN = sa.text("fechado_em IS NULL")


def upgrade() -> None:
    op.create_table(
        "email_resumo",
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.Column("entrega_id", LONG, nullable=False),
        sa.Column("destino_id", LONG, nullable=False),
        sa.Column("aviso", sa.String(50), nullable=False),
        sa.Column("fechado_em", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_email_resumo"),
        sa.UniqueConstraint("entrega_id", name="uq_email_resumo_entrega_id"),
        _to("email_resumo", "entrega_id", "delivery"),
        _to("email_resumo", "destino_id", "destino"),
    )
    op.create_index(
        *("uq_email_resumo_aberto", "email_resumo", ["destino_id", "aviso"]),
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "email_resumida",
        sa.Column("entrega_id", LONG, autoincrement=False, nullable=False),
        sa.Column("resumo_id", LONG, nullable=False),
        sa.PrimaryKeyConstraint("entrega_id", name="pk_email_resumida"),
        _to("email_resumida", "entrega_id", "delivery"),
        _to("email_resumida", "resumo_id", "email_resumo"),
    )
    op.create_index("ix_email_resumida_resumo_id", "email_resumida", ["resumo_id"])


def downgrade() -> None:
    op.drop_table("email_resumida")
    op.drop_table("email_resumo")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}", ondelete="CASCADE")
