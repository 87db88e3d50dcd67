import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from core.errors import Misconfigured, Transient
from storage import migrate
from storage.metadata import NOT_IN_MODELS, metadata
from storage.models.destinos import Destino
from storage.session import connect_engine, dispose, engine, reading, transaction

ROOT = Path(__file__).parents[2]
NOW = "2026-03-02 12:00:00.000000"
OLD_ROWS = f"""
INSERT INTO destino (tipo, nome, url, timeout, retry_count, ativo, lento, due_at, data_criacao, data_atualizacao,
total_execucoes, total_erros) VALUES ('webhook', 'a', 'u', 15, 11, 1, 0, '{NOW}', '{NOW}', '{NOW}', 0, 0);
INSERT INTO event (message_id, nome, occurred_at, corpo) VALUES ('msg_1', 'teste', '{NOW}', x'7b7d');
INSERT INTO delivery (event_id, destino_id, estado, tentativas, due_at, created_at)
VALUES (1, 1, 'pendente', 0, '{NOW}', '{NOW}')
"""


def test_the_migrations_make_exactly_the_models(banco: str) -> None:
    with engine().connect() as connection:
        ours = {"compare_type": True, "include_name": lambda name, *_: name not in NOT_IN_MODELS}
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, metadata()) == []


def test_the_head_the_code_expects_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "storage/migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD


def test_the_migrations_are_one_chain() -> None:
    """Of two made beside each other the later one takes the next number and follows the other."""
    follows: dict[str, list[str]] = {}
    for path in sorted((ROOT / "storage/migrations/versions").glob("[0-9]*.py")):
        before = re.search(r"^down_revision = (.*)$", path.read_text(), re.MULTILINE)
        assert before, path.name
        follows.setdefault(before[1], []).append(path.name)
    assert {number: names for number, names in follows.items() if len(names) > 1} == {}


@pytest.mark.parametrize("typed", [None, "0042"])
def test_a_new_migration_takes_the_next_number_whatever_is_typed(
    sqlite: str, tmp_path: Path, typed: str | None
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "storage/migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    config = Config()
    config.set_main_option("script_location", str(folder))
    with engine().connect() as connection:
        config.attributes["connection"] = connection
        command.revision(config, "precos", autogenerate=True, rev_id=typed)
    number = f"{int(migrate.HEAD) + 1:04}"
    text = (folder / "versions" / f"{number}_precos.py").read_text()
    assert f"revision = '{number}'\ndown_revision = '{migrate.HEAD}'" in text


def test_no_migration_needs_the_right_to_make_temporary_tables() -> None:
    """Many take it from everybody (`REVOKE TEMP … FROM PUBLIC`), and docs/how-to/brokers.md says that none is made."""
    paths = (ROOT / "storage/migrations/versions").glob("[0-9]*.py")
    assert [path.name for path in paths if re.search(r"\bTEMP(ORARY)?\b", path.read_text())] == []


def test_a_missing_sqlite_database_is_created_by_whoever_comes_first() -> None:
    with reading() as db:
        assert db.query(Destino).count() == 0


def test_a_lock_that_is_not_ours_to_open_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / migrate.LOCK_FILE).mkdir()
    with pytest.raises(Misconfigured, match=r"migracao\.lock: .* conta que roda a Esteira"):
        migrate.upgrade(connect_engine(f"sqlite:///{tmp_path}/esteira.db"))


def test_processes_that_start_together_create_one_database(tmp_path: Path) -> None:
    program = "from storage.session import engine; engine()"
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program], cwd=tmp_path, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    said = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0] * 4, said


def test_migrating_a_database_with_rows_keeps_them(tmp_path: Path) -> None:
    engine = connect_engine(f"sqlite:///{tmp_path}/antigo.db")
    config = Config()
    config.set_main_option("script_location", str(ROOT / "storage/migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in OLD_ROWS.split(";"):
            connection.execute(text(statement))
    assert migrate.upgrade(engine) == migrate.HEAD
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM delivery")).scalar_one() == 1
        assert connection.execute(text("SELECT falhas_seguidas FROM destino")).scalar_one() == 0
    engine.dispose()


@pytest.mark.parametrize(("revision", "told"), [("0000", "esteira banco migrar"), ("9999", "atualize o programa")])
def test_a_database_of_another_version_is_refused_in_one_sentence(banco: str, revision: str, told: str) -> None:
    with transaction() as db:
        db.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    dispose()
    with pytest.raises(Misconfigured, match=told):
        engine()


def test_an_empty_postgres_asks_for_the_migration(postgres: str) -> None:
    with engine().begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    dispose()
    with pytest.raises(Misconfigured, match="esteira banco migrar"):
        engine()


def test_a_file_that_is_no_database_is_told(sqlite: str) -> None:
    Path(sqlite.removeprefix("sqlite:///")).write_bytes(b"isto nao e um banco de dados" * 100)
    with pytest.raises(Misconfigured, match="não é um banco SQLite"):
        engine()


def test_a_server_that_does_not_answer_is_transient(configure: object) -> None:
    configure(core__database_url="postgresql://u:senha-secreta@127.0.0.1:1/x")  # type: ignore[operator]
    with pytest.raises(Transient) as caught:
        engine()
    assert "senha-secreta" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://x/y", "nada", "postgresql://[::1/x"])
def test_an_unknown_kind_of_database_is_told(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"core\.database_url"):
        connect_engine(url)


def test_a_locked_database_is_transient(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.session.BUSY_SECONDS", 0.1)
    with transaction() as first:
        first.execute(text("SELECT 1"))
        with pytest.raises(Transient, match="ocupado"), transaction() as second:
            second.execute(text("SELECT 1"))
