"""indices da retencao."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_event_occurred_at", "event", ["occurred_at"], unique=False)
    op.create_index("ix_attempt_started_at", "attempt", ["started_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_attempt_started_at", table_name="attempt")
    op.drop_index("ix_event_occurred_at", table_name="event")
