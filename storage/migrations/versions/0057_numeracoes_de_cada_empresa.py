"""a numeração de um CNPJ é, a cada tempo, de uma empresa, e o que veio e foi pedido por ela fica com ela."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE, REFERENCE = "sefaz_serie", "fk_sefaz_serie_empresa_id_empresa"
ONE, EACH = "uq_sefaz_serie_contribuinte_id_servico", "uq_sefaz_serie_contribuinte_id_servico_empresa_id"
DEPENDING = ("sefaz_busca", "sefaz_lacuna", "sefaz_documento", "sefaz_consulta", "sefaz_chamada")


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as table:
        table.add_column(sa.Column("empresa_id", LONG))
    op.execute(
        "UPDATE sefaz_serie SET empresa_id = "
        "(SELECT k.empresa_id FROM sefaz_contribuinte k WHERE k.id = sefaz_serie.contribuinte_id)"
    )
    with op.batch_alter_table(TABLE) as table:
        table.alter_column("empresa_id", existing_type=LONG, nullable=False)
        table.create_foreign_key(REFERENCE, "empresa", ["empresa_id"], ["id"])
        table.drop_constraint(ONE, type_="unique")
        table.create_unique_constraint(EACH, ["contribuinte_id", "servico", "empresa_id"])
    _part()


# The consultations that were made for whoever had the CNPJ before, as the certificate tells, and whose they are. A
# query, not a temporary table: those need a right of their own, and a connection of their own.
PAST = (
    "SELECT c.id AS consulta_id, s.contribuinte_id, s.servico, e.id AS empresa_id FROM sefaz_consulta c "
    "JOIN sefaz_serie s ON s.id = c.serie_id JOIN sefaz_contribuinte k ON k.id = s.contribuinte_id "
    "JOIN certificado_digital d ON d.id = c.certificado_id JOIN empresa m ON m.id = d.empresa_id "
    "JOIN empresa e ON e.dono = m.dono AND e.cnpj = k.cnpj WHERE e.id <> s.empresa_id"
)


def _part() -> None:
    """Part what was consulted for whoever had a CNPJ asked before."""
    op.execute(
        "INSERT INTO sefaz_serie (contribuinte_id, servico, empresa_id, ult_nsu, max_nsu, falhas) "  # noqa: S608 - ours
        f"SELECT DISTINCT contribuinte_id, servico, empresa_id, 0, 0, 0 FROM ({PAST}) passada"
    )
    # Documents first: what is past is told by where the consultations still stand.
    for table, consultation in (("sefaz_documento", "consulta_id"), ("sefaz_consulta", "id")):
        op.execute(
            f"UPDATE {table} SET serie_id = (SELECT s.id FROM sefaz_serie s JOIN ({PAST}) p "  # noqa: S608 - ours
            "ON p.contribuinte_id = s.contribuinte_id AND p.servico = s.servico AND p.empresa_id = s.empresa_id "
            f"WHERE p.consulta_id = {table}.{consultation}) "
            f"WHERE {consultation} IN (SELECT consulta_id FROM ({PAST}) passada)"
        )


def downgrade() -> None:
    # The program of before knows one numbering of a CNPJ and service, and would show all of it to one company.
    series = sa.table(TABLE, sa.column("id"), sa.column("contribuinte_id"), sa.column("empresa_id"))
    of = sa.table("sefaz_contribuinte", sa.column("id"), sa.column("empresa_id"))
    now = sa.select(of.c.empresa_id).where(of.c.id == series.c.contribuinte_id).scalar_subquery()
    past = sa.select(series.c.id).where(series.c.empresa_id != now)
    for name in DEPENDING:
        held = sa.table(name, sa.column("serie_id"))
        op.execute(sa.delete(held).where(held.c.serie_id.in_(past)))
    op.execute(sa.delete(series).where(series.c.empresa_id != now))
    with op.batch_alter_table(TABLE) as table:
        table.drop_constraint(EACH, type_="unique")
        table.create_unique_constraint(ONE, ["contribuinte_id", "servico"])
        table.drop_constraint(REFERENCE, type_="foreignkey")
        table.drop_column("empresa_id")
