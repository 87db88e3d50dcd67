"""pedidos feitos à API."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pedido_api",
        sa.Column("timestamp", Instant(timezone=True), nullable=False),
        sa.Column("user", sa.String(150)),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("path", sa.String(500), nullable=False),
        sa.Column("query_params", sa.Text(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("response_time", sa.Float(), nullable=False),
        sa.Column("ip_address", sa.String(64)),
        sa.Column("user_agent", sa.String(500), nullable=False),
        sa.Column("request_body", sa.String(1000), nullable=False),
        sa.Column("response_body", sa.String(1000), nullable=False),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pedido_api"),
    )
    op.create_index("ix_pedido_api_status_code", "pedido_api", ["status_code"])
    op.create_index("ix_pedido_api_timestamp", "pedido_api", [sa.text("timestamp DESC")])
    op.create_index("ix_pedido_api_user", "pedido_api", ["user", sa.text("timestamp DESC")])
    op.create_index("ix_pedido_api_path", "pedido_api", ["path", sa.text("timestamp DESC")])


def downgrade() -> None:
    op.drop_table("pedido_api")
