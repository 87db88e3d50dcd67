"""`esteira backup` and `esteira restaurar`, as they are typed."""

import shutil
from pathlib import Path

import pytest
from conftest import Configure
from support.accounts import give_away, only_root, roots
from support.deliveries import deliveries, fire, webhook
from support.typed import Run, typing_in

from storage import crypto, session


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


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("backup pasta/x.zip --manter 3", 2, "(--manter)"),
        ("backup --manter 0", 2, "--manter"),
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


@only_root
def test_what_root_types_in_the_folder_of_an_account_leaves_all_of_its_files_to_that_account(
    run: Run, configure: Configure, tmp_path: Path
) -> None:
    """A service that runs in it could open neither its database, nor its keys, nor a lock of root."""
    folder = tmp_path / "instalada"
    folder.mkdir()
    give_away(folder)
    data = folder / "dados"
    configure(core__keys="[]", core__data_dir=str(data), core__database_url=f"sqlite:///{data}/esteira.db")
    for words in ("banco migrar", "chaves criar", "backup", "diagnostico"):
        assert run(words)[0] == 0, words
    assert roots(folder.rglob("*")) == set()
    session.dispose()
    (made,) = (data / "backups").iterdir()
    assert run("restaurar", str(made))[0] == 0
    assert {"chaves", "esteira.db", "backup.lock", "migracao.lock", "subir.lock"} < {one.name for one in data.iterdir()}
    assert roots(folder.rglob("*")) == set()
