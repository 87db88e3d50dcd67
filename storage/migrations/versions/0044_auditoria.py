"""o que se muda à mão."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "auditoria",
        sa.Column("em", Instant(timezone=True), nullable=False),
        sa.Column("usuario", sa.String(150), nullable=False),
        sa.Column("endereco", sa.String(64)),
        sa.Column("tabela", sa.String(50), nullable=False),
        sa.Column("acao", sa.String(20), nullable=False),
        sa.Column("numero", sa.String(20)),
        sa.Column("antes", sa.Text(), nullable=False),
        sa.Column("depois", sa.Text(), nullable=False),
        sa.Column("desfecho", sa.String(10)),
        sa.Column("motivo", sa.String(500)),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_auditoria"),
    )
    op.create_index("ix_auditoria_em", "auditoria", ["em"])
    op.create_index("ix_auditoria_linha", "auditoria", ["tabela", "numero"])


def downgrade() -> None:
    op.drop_table("auditoria")
