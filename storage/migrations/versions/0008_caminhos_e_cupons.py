"""caminhos como são, cupons de um lote, e a taxa que um servidor diz."""

import re
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

OLD, NEW = ("lote_id", "caminho"), ("lote_id", "caminho", "caminho_codificado", "parte")
FILES = sa.table(
    "questor_arquivo",
    sa.column("id", sa.BigInteger()),
    sa.column("caminho", sa.Text()),
    sa.column("caminho_codificado", sa.Boolean()),
    sa.column("estado", sa.String()),
    sa.column("mtime_ns", sa.BigInteger()),
)
PAGE = 5000
ESCAPED = re.compile(rb"%([0-9A-F]{2})")


def upgrade() -> None:
    with op.batch_alter_table("questor_arquivo") as table:
        table.add_column(sa.Column("caminho_codificado", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("parte", sa.Integer(), nullable=False, server_default="0"))
        table.drop_constraint(f"uq_questor_arquivo_{'_'.join(OLD)}", type_="unique")
        table.create_unique_constraint(f"uq_questor_arquivo_{'_'.join(NEW)}", list(NEW))
    with op.batch_alter_table("questor_arquivo") as table:
        table.alter_column("caminho_codificado", server_default=None)
        table.alter_column("parte", server_default=None)
    with op.batch_alter_table("questor_conta") as table:
        table.add_column(sa.Column("taxa", sa.Double(), nullable=True))
        table.add_column(sa.Column("taxa_em", storage.types.Instant(timezone=True), nullable=True))
    _rename()
    # What was judged by the old rules and not sent is looked at again by the next scan.
    idle = FILES.c.estado.in_(("pendente", "quarentena", "ignorado"))
    op.execute(sa.update(FILES).where(idle).values(mtime_ns=-1))


def _rename() -> None:
    """Show names as they are where they are text; say of the others that they are encoded."""
    change = (
        sa.update(FILES)
        .where(FILES.c.id == sa.bindparam("row_id"))
        .values(caminho=sa.bindparam("shown"), caminho_codificado=sa.bindparam("encoded"))
    )
    for page in _pages():
        op.get_bind().execute(change, [_renamed(number, caminho) for number, caminho in page])


def _pages() -> Iterator[list[tuple[int, str]]]:
    last = 0
    while True:
        query = sa.select(FILES.c.id, FILES.c.caminho).where(
            FILES.c.id > last, FILES.c.caminho.contains("%", autoescape=True)
        )
        page = [(row.id, row.caminho) for row in op.get_bind().execute(query.order_by(FILES.c.id).limit(PAGE))]
        if not page:
            return
        yield page
        last = page[-1][0]


def _renamed(number: int, caminho: str) -> dict[str, object]:
    raw = ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), caminho.encode())
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = ""
    # `%21/` is the folder named like the inside of an archive, which stays encoded
    if text and "%21/" not in caminho:
        return {"row_id": number, "shown": text, "encoded": False}
    bare = re.sub(r"%(?![0-9A-F]{2})", "%25", caminho)
    return {"row_id": number, "shown": bare, "encoded": True}


def downgrade() -> None:
    op.execute(sa.delete(FILES).where(sa.column("parte") > 1))
    with op.batch_alter_table("questor_conta") as table:
        table.drop_column("taxa_em")
        table.drop_column("taxa")
    with op.batch_alter_table("questor_arquivo") as table:
        table.drop_constraint(f"uq_questor_arquivo_{'_'.join(NEW)}", type_="unique")
        table.create_unique_constraint(f"uq_questor_arquivo_{'_'.join(OLD)}", list(OLD))
        table.drop_column("parte")
        table.drop_column("caminho_codificado")
