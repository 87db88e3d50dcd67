"""`esteira backup` and `esteira restaurar`, as they are typed."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import deliveries, fire, webhook
from support.typed import Run, typing_in

from core.settings.core import CoreSettings
from storage import crypto, session
from workers import start_checks


def test_a_backup_is_told_and_comes_back(run: Run, tmp_path: Path) -> None:
    webhook("https://a.example/x")
    fire(2)
    code, out, err = run("backup", str(tmp_path / "copias"))
    path = Path(out.strip())
    assert (code, path.exists()) == (0, True)
    assert "Backup verificado" in err
    assert "core.keys" in err
    fire(3)
    session.dispose()
    code, _, err = run("restaurar", "--conferir", str(path))
    assert (code, "Backup íntegro" in err, len(deliveries())) == (0, True, 5)
    session.dispose()
    code, _, err = run("restaurar", str(path))
    assert (code, len(deliveries())) == (0, 2)
    assert "antes-de-restaurar" in err
    assert "mesmos identificadores" in err


def test_where_the_keys_are_is_said_either_way(run: Run, configure: Configure) -> None:
    configure(core__keys="[]")
    session.engine()
    assert f"guarde à parte uma cópia de {crypto.key_path().absolute()}" in run("backup")[2]
    assert "quem tiver o arquivo lê todos os segredos" in run("backup --com-chaves")[2]


def test_secrets_that_no_key_opens_and_a_schema_of_before_are_told(
    run: Run, configure: Configure, tmp_path: Path
) -> None:
    webhook("https://a.example/x")
    path = run("backup", str(tmp_path))[1].strip()
    name = crypto.name_of(crypto.stored_keys()[0])
    session.dispose()
    configure(core__keys='["b3V0cmEtY2hhdmUtc28tcGFyYS1vcy10ZXN0ZXMtMDE="]')  # pragma: allowlist secret
    code, _, err = run("restaurar", path)
    assert (code, "não abre" in err or f"Ponha as chaves do backup ({name})" in err) == (0, True)


def test_nothing_is_restored_while_a_line_runs(run: Run, tmp_path: Path) -> None:
    path = run("backup", str(tmp_path))[1].strip()
    with start_checks.alone(CoreSettings.current().data_dir):
        code, _, err = run("restaurar", path)
    assert (code, f"processo {os.getpid()}" in err) == (4, True)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("backup pasta/x.zip --manter 3", 2, "(--manter)"),
        ("backup --manter 0", 2, "--manter"),
        ("restaurar nada.zip", 2, "não existe"),
        ("restaurar", 2, "ARQUIVO"),
        ("restaurar banco/esteira.db", 5, "não é um backup"),
    ],
)
def test_what_cannot_be_is_told(run: Run, words: str, code: int, told: str) -> None:
    found, _, err = run(words)
    assert found == code
    assert told in err


@pytest.mark.skipif(not shutil.which("pg_dump"), reason="pg_dump is not installed")
def test_a_server_is_dumped_without_keys_and_its_return_is_lines_to_run(
    postgres: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = typing_in(capsys)
    code, out, err = run("backup", str(tmp_path / "copias"))
    assert (code, Path(out.strip()).suffix, "PostgreSQL verificado" in err) == (0, ".dump", True)
    code, out, _ = run("restaurar", out.strip())
    assert (code, "createdb" in out, "pg_restore" in out) == (0, True, True)
    code, _, err = run("backup --com-chaves")
    assert (code, "(--com-chaves)" in err) == (2, True)


def test_who_restores_hears_what_did_not_come_back(run: Run, sqlite: str) -> None:
    session.engine()
    session.dispose()
    with closing(sqlite3.connect(sqlite.removeprefix("sqlite:///"))) as strange:
        strange.execute("CREATE TRIGGER espiao AFTER INSERT ON event BEGIN SELECT 1; END")
    _, out, _ = run("backup")
    session.dispose()
    _, _, err = run("restaurar", out.strip())
    assert "rodaria sozinho: gatilho espiao" in err
