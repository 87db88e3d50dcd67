"""perguntas avulsas à SEFAZ: o andamento das lacunas e as chaves pedidas."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = Instant(timezone=True)
COUNTS = ("encontrados", "vazios", "tentativas")


def upgrade() -> None:
    op.add_column("sefaz_serie", sa.Column("proxima_avulsa", INSTANT))
    op.add_column("sefaz_serie", sa.Column("motivo_avulsa", sa.Text()))
    op.add_column("sefaz_chamada", sa.Column("chave", sa.String(50)))
    with op.batch_alter_table("sefaz_lacuna") as table:
        table.add_column(sa.Column("proxima", LONG, nullable=False, server_default="0"))
        for name in COUNTS:
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("desfecho", sa.String(12)))
        table.add_column(sa.Column("resposta", sa.String(500)))
    op.execute("UPDATE sefaz_lacuna SET proxima = de")
    with op.batch_alter_table("sefaz_lacuna") as table:
        for name in ("proxima", *COUNTS):
            table.alter_column(name, server_default=None)
    op.create_table(
        "sefaz_busca",
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.Column("serie_id", LONG, nullable=False),
        sa.Column("chave", sa.String(50), nullable=False),
        sa.Column("estado", sa.String(12), nullable=False),
        sa.Column("pedida_em", INSTANT, nullable=False),
        sa.Column("tentada_em", INSTANT),
        sa.Column("tentativas", sa.Integer(), nullable=False),
        sa.Column("respondida_em", INSTANT),
        sa.Column("resposta", sa.String(500)),
        sa.PrimaryKeyConstraint("id", name="pk_sefaz_busca"),
        sa.ForeignKeyConstraint(["serie_id"], ["sefaz_serie.id"], name="fk_sefaz_busca_serie_id_sefaz_serie"),
        sa.UniqueConstraint("serie_id", "chave", name="uq_sefaz_busca_serie_id_chave"),
    )
    pending = sa.text("estado = 'pendente'")
    op.create_index(
        "ix_sefaz_busca_pendente", "sefaz_busca", ["serie_id"], sqlite_where=pending, postgresql_where=pending
    )


def downgrade() -> None:
    op.drop_table("sefaz_busca")
    with op.batch_alter_table("sefaz_lacuna") as table:
        for name in ("resposta", "desfecho", *COUNTS, "proxima"):
            table.drop_column(name)
    op.drop_column("sefaz_chamada", "chave")
    op.drop_column("sefaz_serie", "motivo_avulsa")
    op.drop_column("sefaz_serie", "proxima_avulsa")
