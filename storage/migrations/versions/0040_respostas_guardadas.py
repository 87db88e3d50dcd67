"""respostas a pedidos repetidos com a mesma chave."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "resposta_guardada",
        sa.Column("usuario_id", LONG, nullable=False),
        sa.Column("rota", sa.String(100), nullable=False),
        sa.Column("chave", sa.String(64), nullable=False),
        sa.Column("pedido", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("corpo", sa.Text()),
        sa.Column("criada_em", Instant(timezone=True), nullable=False),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["usuario_id"], ["usuario.id"], name="fk_resposta_guardada_usuario_id_usuario", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_resposta_guardada"),
        sa.UniqueConstraint("usuario_id", "rota", "chave", name="uq_resposta_guardada_usuario_id_rota_chave"),
    )
    op.create_index("ix_resposta_guardada_criada_em", "resposta_guardada", ["criada_em"])


def downgrade() -> None:
    op.drop_table("resposta_guardada")
