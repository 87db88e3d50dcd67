"""sessões de navegador."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sessao",
        sa.Column("usuario_id", LONG, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("criada_em", Instant(timezone=True), nullable=False),
        sa.Column("usada_em", Instant(timezone=True), nullable=False),
        sa.Column("expira_em", Instant(timezone=True), nullable=False),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["usuario_id"], ["usuario.id"], name="fk_sessao_usuario_id_usuario", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessao"),
        sa.UniqueConstraint("hash", name="uq_sessao_hash"),
    )
    op.create_index("ix_sessao_usuario_id", "sessao", ["usuario_id"])
    op.create_index("ix_sessao_usada_em", "sessao", ["usada_em"])


def downgrade() -> None:
    op.drop_table("sessao")
