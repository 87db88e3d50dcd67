"""distribuição da SEFAZ: séries de NSU, chamadas, consultas, documentos e lacunas."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = Instant(timezone=True)


def upgrade() -> None:
    op.add_column("empresa", sa.Column("uf", sa.String(2)))
    op.create_table(
        "sefaz_contribuinte",
        sa.Column("cnpj", sa.String(14), nullable=False),
        sa.Column("ambiente", sa.Integer(), nullable=False),
        sa.Column("empresa_id", LONG, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_token", sa.String(120)),
        *_numbered("sefaz_contribuinte", empresa_id="empresa"),
        sa.UniqueConstraint("cnpj", "ambiente", name="uq_sefaz_contribuinte_cnpj_ambiente"),
    )
    op.create_index("ix_sefaz_contribuinte_empresa_id", "sefaz_contribuinte", ["empresa_id"])
    op.create_table(
        "sefaz_serie",
        sa.Column("contribuinte_id", LONG, nullable=False),
        sa.Column("servico", sa.String(20), nullable=False),
        sa.Column("ult_nsu", LONG, nullable=False),
        sa.Column("max_nsu", LONG, nullable=False),
        sa.Column("proxima_consulta", INSTANT),
        sa.Column("bloqueado_ate", INSTANT),
        sa.Column("ultimo_cstat", sa.String(10)),
        sa.Column("motivo", sa.Text()),
        sa.Column("falhas", sa.Integer(), nullable=False),
        *_numbered("sefaz_serie", contribuinte_id="sefaz_contribuinte"),
        sa.UniqueConstraint("contribuinte_id", "servico", name="uq_sefaz_serie_contribuinte_id_servico"),
    )
    op.create_table(
        "sefaz_chamada",
        sa.Column("serie_id", LONG, nullable=False),
        sa.Column("forma", sa.String(12), nullable=False),
        sa.Column("nsu", LONG, nullable=False),
        sa.Column("em", INSTANT, nullable=False),
        sa.Column("cstat", sa.String(10)),
        *_numbered("sefaz_chamada", serie_id="sefaz_serie"),
    )
    op.create_index("ix_sefaz_chamada_serie", "sefaz_chamada", ["serie_id", "em"])
    op.create_index("ix_sefaz_chamada_em", "sefaz_chamada", ["em"])
    op.create_table(
        "sefaz_consulta",
        sa.Column("serie_id", LONG, nullable=False),
        sa.Column("certificado_id", LONG, nullable=False),
        sa.Column("tipo_documento", sa.String(10), nullable=False),
        sa.Column("data_inicio", sa.Date(), nullable=False),
        sa.Column("data_fim", sa.Date(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("data_consulta", INSTANT, nullable=False),
        sa.Column("data_conclusao", INSTANT),
        sa.Column("total_encontrados", sa.Integer(), nullable=False),
        sa.Column("total_importados", sa.Integer(), nullable=False),
        sa.Column("total_erros", sa.Integer(), nullable=False),
        sa.Column("mensagem_erro", sa.Text()),
        sa.Column("log_detalhado", sa.Text(), nullable=False),
        *_numbered("sefaz_consulta", serie_id="sefaz_serie", certificado_id="certificado_digital"),
    )
    op.create_index("ix_sefaz_consulta_serie", "sefaz_consulta", ["serie_id", "id"])
    op.create_table(
        "sefaz_documento",
        sa.Column("serie_id", LONG, nullable=False),
        sa.Column("nsu", LONG),
        sa.Column("chave", sa.String(50)),
        sa.Column("schema", sa.String(100), nullable=False),
        sa.Column("resultado", sa.String(12), nullable=False),
        sa.Column("motivo", sa.String(500)),
        sa.Column("bruto", sa.LargeBinary()),
        sa.Column("documento_id", LONG),
        sa.Column("recebido_em", INSTANT, nullable=False),
        *_numbered("sefaz_documento", serie_id="sefaz_serie"),
        sa.UniqueConstraint("serie_id", "nsu", name="uq_sefaz_documento_serie_id_nsu"),
    )
    op.create_index(
        "uq_sefaz_documento_chave",
        "sefaz_documento",
        ["serie_id", "chave", "schema"],
        unique=True,
        sqlite_where=sa.text("nsu IS NULL"),
        postgresql_where=sa.text("nsu IS NULL"),
    )
    op.create_table(
        "sefaz_lacuna",
        sa.Column("serie_id", LONG, nullable=False),
        sa.Column("de", LONG, nullable=False),
        sa.Column("ate", LONG, nullable=False),
        sa.Column("motivo", sa.String(40), nullable=False),
        sa.Column("aberta_em", INSTANT, nullable=False),
        sa.Column("tentada_em", INSTANT),
        sa.Column("fechada_em", INSTANT),
        *_numbered("sefaz_lacuna", serie_id="sefaz_serie"),
        sa.UniqueConstraint("serie_id", "de", "ate", name="uq_sefaz_lacuna_serie_id_de_ate"),
    )


def downgrade() -> None:
    for name in ("lacuna", "documento", "consulta", "chamada", "serie", "contribuinte"):
        op.drop_table(f"sefaz_{name}")
    op.drop_column("empresa", "uf")


def _numbered(table: str, **refers: str) -> list[sa.Column[int] | sa.Constraint]:
    """Return a number and its key, and the references of columns to other tables."""
    return [
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
            for column, other in refers.items()
        ),
    ]
