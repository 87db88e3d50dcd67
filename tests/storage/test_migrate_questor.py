"""What a lot of an older version becomes: names as they are, old verdicts looked at again."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from storage import migrate
from storage.session import connect_engine

MIGRATIONS = Path(__file__).parents[2] / "storage/migrations"
NOW = "2026-03-02 12:00:00.000000"
LOT = (
    "INSERT INTO questor_lote (id, conta, nome, pasta, criado_em, enviar, ritmo) "
    f"VALUES (1, 'padrao', 'a', '/x', '{NOW}', 1, 0)"
)
FILE = (
    "INSERT INTO questor_arquivo (lote_id, caminho, tamanho, mtime_ns, estado, tentativas, repeticoes, erros, due_at) "
    f"VALUES (1, :caminho, 1, 7, :estado, 0, 0, 0, '{NOW}')"
)


@pytest.mark.parametrize(
    ("before", "after", "encoded"),
    [
        ("a.xml", "a.xml", 0),
        ("a%2520b.xml", "a%20b.xml", 0),
        ("100% dez.xml", "100% dez.xml", 0),
        ("50%%FF%2541.xml", "50%25%FF%2541.xml", 1),
        ("sub.zip%21/x.xml", "sub.zip%21/x.xml", 1),
    ],
)
def test_names_of_older_lots_are_shown_as_they_are(tmp_path: Path, before: str, after: str, encoded: int) -> None:
    engine = connect_engine(f"sqlite:///{tmp_path}/antigo.db")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.execute(text(LOT))
        connection.execute(text(FILE), {"caminho": before, "estado": "quarentena"})
        connection.execute(text(FILE), {"caminho": "enviada.xml", "estado": "enviado"})
    migrate.upgrade(engine)
    with engine.connect() as connection:
        query = text("SELECT caminho, caminho_codificado, parte, mtime_ns FROM questor_arquivo ORDER BY id")
        rows = connection.execute(query).all()
    assert [tuple(row) for row in rows] == [(after, encoded, 0, -1), ("enviada.xml", 0, 0, 7)]
    engine.dispose()
