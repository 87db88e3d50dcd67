"""configuração de consultas por usuário; o que cada consulta trouxe; uso e relógio de cada série; recusas."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "configuracao_consulta",
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.Column("usuario_id", LONG, nullable=False),
        sa.Column("ufs_habilitadas", sa.String(100), nullable=False),
        sa.Column("max_documentos_por_consulta", sa.Integer(), nullable=False),
        sa.Column("timeout_consulta", sa.Integer(), nullable=False),
        sa.Column("consulta_automatica_ativa", sa.Boolean(), nullable=False),
        sa.Column("horario_consulta", sa.Time()),
        sa.PrimaryKeyConstraint("id", name="pk_configuracao_consulta"),
        sa.ForeignKeyConstraint(["usuario_id"], ["usuario.id"], name="fk_configuracao_consulta_usuario_id_usuario"),
        sa.UniqueConstraint("usuario_id", name="uq_configuracao_consulta_usuario_id"),
    )
    op.add_column("sefaz_documento", sa.Column("consulta_id", LONG))
    op.create_index("ix_sefaz_documento_consulta", "sefaz_documento", ["consulta_id"])
    op.add_column("sefaz_serie", sa.Column("usada_em", INSTANT))
    op.add_column("sefaz_serie", sa.Column("relogio", sa.Integer()))
    op.add_column("certificado_digital", sa.Column("desligado_por", sa.String(500)))
    # what is known of the use so far are the questions that were answered
    op.execute(
        "UPDATE sefaz_serie SET usada_em = (SELECT max(em) FROM sefaz_chamada WHERE serie_id = sefaz_serie.id "
        "AND forma = 'sequencia' AND cstat IN ('137', '138', '656'))"
    )


def downgrade() -> None:
    op.drop_column("certificado_digital", "desligado_por")
    op.drop_column("sefaz_serie", "relogio")
    op.drop_column("sefaz_serie", "usada_em")
    op.drop_index("ix_sefaz_documento_consulta", "sefaz_documento")
    op.drop_column("sefaz_documento", "consulta_id")
    op.drop_table("configuracao_consulta")
