"""listas de documentos: índices para o que cada lista mostra, e o que a conferência da numeração achou."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DE_NFE = "especie IN ('nfe', 'nfce')"
DE_CTE = "especie IN ('cte', 'cte_os', 'cte_simplificado')"


def upgrade() -> None:
    _list("ix_documento_nfe", ["usuario_id", "data_lista", "id"], DE_NFE)
    _list("ix_documento_nfe_todas", ["data_lista", "id"], DE_NFE)
    _list("ix_documento_cte", ["usuario_id", "data_lista", "id"], DE_CTE)
    _list("ix_documento_cte_todos", ["data_lista", "id"], DE_CTE)
    op.create_index("ix_import_log_lista", "import_log", ["data_importacao", "id"])
    op.create_table(
        "numeracao",
        sa.Column("empresa_id", LONG, nullable=False),
        sa.Column("modelo", sa.String(4), nullable=False),
        sa.Column("serie", LONG, nullable=False),
        sa.Column("faltam", LONG, nullable=False),
        sa.Column("sem_resposta", LONG, nullable=False),
        sa.Column("desde", Instant(timezone=True)),
        sa.Column("conferida_em", Instant(timezone=True), nullable=False),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["empresa_id"], ["empresa.id"], name="fk_numeracao_empresa_id_empresa"),
        sa.PrimaryKeyConstraint("id", name="pk_numeracao"),
        sa.UniqueConstraint("empresa_id", "modelo", "serie", name="uq_numeracao_empresa_id_modelo_serie"),
    )


def _list(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "documento", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    op.drop_table("numeracao")
    op.drop_index("ix_import_log_lista", "import_log")
    for name in ("ix_documento_cte_todos", "ix_documento_cte", "ix_documento_nfe_todas", "ix_documento_nfe"):
        op.drop_index(name, "documento")
