"""tokens da API, e o limite próprio de um usuário."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("usuario") as batch:
        batch.add_column(sa.Column("limite_api", sa.Integer()))
    op.create_table(
        "token_api",
        sa.Column("usuario_id", LONG, nullable=False),
        sa.Column("prefixo", sa.String(8), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("origem", sa.String(10), nullable=False),
        sa.Column("criado_em", Instant(timezone=True), nullable=False),
        sa.Column("expira_em", Instant(timezone=True)),
        sa.Column("revogado_em", Instant(timezone=True)),
        sa.Column("ultimo_uso", Instant(timezone=True)),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["usuario_id"], ["usuario.id"], name="fk_token_api_usuario_id_usuario", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_token_api"),
        sa.UniqueConstraint("hash", name="uq_token_api_hash"),
    )
    op.create_index("ix_token_api_usuario_id", "token_api", ["usuario_id"])


def downgrade() -> None:
    op.drop_table("token_api")
    with op.batch_alter_table("usuario") as batch:
        batch.drop_column("limite_api")
