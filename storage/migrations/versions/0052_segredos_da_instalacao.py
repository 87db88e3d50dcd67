"""segredos da instalação."""

import sqlalchemy as sa
from alembic import op

from storage.types import Encrypted

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "segredo",
        sa.Column("nome", sa.String(40), nullable=False),
        sa.Column("valor", Encrypted(), nullable=False),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_segredo"),
        sa.UniqueConstraint("nome", name="uq_segredo_nome"),
    )


def downgrade() -> None:
    op.drop_table("segredo")
