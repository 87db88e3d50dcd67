"""documentos: as somas das NF-e que contam saem de um índice; só o PostgreSQL lê as somas dele sem ir às linhas."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

# What counts, in the words of `flows.documentos.contados`.
STATEMENT = """
CREATE INDEX ix_documento_contado ON documento (usuario_id, data_emissao)
INCLUDE (id, valor_total, emit_cnpj)
WHERE especie IN ('nfe', 'nfce') AND situacao = 'autorizada' AND ambiente = 1 AND completo
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(STATEMENT)


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS ix_documento_contado")
