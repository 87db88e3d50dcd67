"""opções de um destino, que só o seu tipo conhece."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("destino", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opcoes", storage.types.Encrypted(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("destino", schema=None) as batch_op:
        batch_op.drop_column("opcoes")
