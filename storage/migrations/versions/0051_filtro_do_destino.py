"""destinos: condições sobre qualquer campo do evento."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("destino", sa.Column("filtro", sa.Text()))


def downgrade() -> None:
    op.drop_column("destino", "filtro")
