"""certificados A1 das empresas."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "certificado_digital",
        sa.Column("empresa_id", LONG, nullable=False),
        sa.Column("nome", sa.String(200), nullable=False),
        sa.Column("cnpj", sa.String(14), nullable=False),
        sa.Column("base", sa.String(8), nullable=False),
        sa.Column("titular", sa.String(200), nullable=False),
        sa.Column("emissor", sa.String(200), nullable=False),
        sa.Column("numero", sa.String(40), nullable=False),
        sa.Column("arquivo_pfx", sa.LargeBinary(), nullable=False),
        sa.Column("senha_pfx", sa.LargeBinary(), nullable=False),
        sa.Column("validade_inicio", Instant(timezone=True), nullable=False),
        sa.Column("validade_fim", Instant(timezone=True), nullable=False),
        sa.Column("ativo", sa.Boolean(), nullable=False),
        sa.Column("consulta_automatica", sa.Boolean(), nullable=False),
        sa.Column("intervalo_consulta", sa.Integer(), nullable=False),
        sa.Column("data_cadastro", Instant(timezone=True), nullable=False),
        sa.Column("data_atualizacao", Instant(timezone=True), nullable=False),
        sa.Column("ultima_consulta", Instant(timezone=True)),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["empresa_id"], ["empresa.id"], name="fk_certificado_digital_empresa_id_empresa"),
        sa.PrimaryKeyConstraint("id", name="pk_certificado_digital"),
        sa.UniqueConstraint("empresa_id", name="uq_certificado_digital_empresa_id"),
    )
    op.create_index("ix_certificado_digital_base", "certificado_digital", ["base"])


def downgrade() -> None:
    op.drop_table("certificado_digital")
