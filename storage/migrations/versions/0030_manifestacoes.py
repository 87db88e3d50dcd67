"""manifestações do destinatário: eventos devidos, ciência automática, prazos."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sefaz_manifestacao",
        sa.Column("empresa_id", LONG, nullable=False),
        sa.Column("ambiente", sa.Integer(), nullable=False),
        sa.Column("chave", sa.String(44), nullable=False),
        sa.Column("tipo", sa.String(6), nullable=False),
        sa.Column("sequencia", sa.Integer(), nullable=False),
        sa.Column("justificativa", sa.String(255)),
        sa.Column("automatica", sa.Boolean(), nullable=False),
        sa.Column("estado", sa.String(12), nullable=False),
        sa.Column("tentativas", sa.Integer(), nullable=False),
        sa.Column("cstat", sa.String(10)),
        sa.Column("motivo", sa.Text()),
        sa.Column("protocolo", sa.String(20)),
        sa.Column("xml", sa.Text()),
        sa.Column("retorno", sa.Text()),
        sa.Column("pedida_em", INSTANT, nullable=False),
        sa.Column("assinada_em", INSTANT),
        sa.Column("registrada_em", INSTANT),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_token", sa.String(120)),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sefaz_manifestacao"),
        sa.ForeignKeyConstraint(["empresa_id"], ["empresa.id"], name="fk_sefaz_manifestacao_empresa_id_empresa"),
        sa.UniqueConstraint(
            "empresa_id",
            "ambiente",
            "chave",
            "tipo",
            "sequencia",
            name="uq_sefaz_manifestacao_empresa_id_ambiente_chave_tipo_sequencia",
        ),
    )
    op.create_index("ix_sefaz_manifestacao_due_at", "sefaz_manifestacao", ["due_at", "id"])
    op.create_index("ix_sefaz_manifestacao_chave", "sefaz_manifestacao", ["chave"])
    op.create_table(
        "sefaz_ciencia_automatica",
        sa.Column("empresa_id", LONG, nullable=False),
        sa.Column("ligada_em", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("empresa_id", name="pk_sefaz_ciencia_automatica"),
        sa.ForeignKeyConstraint(["empresa_id"], ["empresa.id"], name="fk_sefaz_ciencia_automatica_empresa_id_empresa"),
    )
    op.create_index("ix_sefaz_documento_documento", "sefaz_documento", ["documento_id"])
    op.create_index(
        "ix_documento_resumo",
        "documento",
        ["recebido_em"],
        sqlite_where=sa.text("completo = 0"),
        postgresql_where=sa.text("NOT completo"),
    )
    op.create_index(
        "ix_documento_evento_ciencia",
        "documento_evento",
        ["data_evento"],
        sqlite_where=sa.text("tipo_evento = '210210'"),
        postgresql_where=sa.text("tipo_evento = '210210'"),
    )


def downgrade() -> None:
    op.drop_index("ix_documento_evento_ciencia", "documento_evento")
    op.drop_index("ix_documento_resumo", "documento")
    op.drop_index("ix_sefaz_documento_documento", "sefaz_documento")
    op.drop_table("sefaz_ciencia_automatica")
    op.drop_table("sefaz_manifestacao")
