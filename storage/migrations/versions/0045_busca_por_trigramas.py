"""documentos: índice para a busca por partes de palavras, onde o PostgreSQL tem a extensão pg_trgm."""

from alembic import op
from sqlalchemy import text

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# Who may not make it, or has not installed it, searches without an index, as SQLite does.
EXTENSION = """
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE NOTICE 'pg_trgm: %', SQLERRM;
END $$
"""
THERE = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(EXTENSION)
    if op.get_bind().execute(text(THERE)).first():
        op.execute("CREATE INDEX ix_documento_busca ON documento USING gin (busca gin_trgm_ops)")


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS ix_documento_busca")
