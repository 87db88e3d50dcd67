"""What the operator types in the folder of docker: it says what is missing, and what it left as it was."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workers.layout import one_per_family

DOCKER = Path(__file__).parents[2] / "docker"
# A docker of the least version.
STAND_IN = """#!/bin/sh
case "$*" in
  "compose version --short") echo 2.24.0 ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the scripts and what they read."""
    for name in ("preparar.sh", "atualizar.sh", "exemplo.env", "compose.yaml", "compose.por-fila.yaml"):
        shutil.copy(DOCKER / name, tmp_path)
    (tmp_path / "bin").mkdir()
    stand_in = tmp_path / "bin" / "docker"
    stand_in.write_text(STAND_IN)
    stand_in.chmod(0o755)
    return tmp_path


def typed(folder: Path, *words: str) -> tuple[int, str]:
    """Type a script of the folder; return the exit code and what it complains of."""
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
    command = ["sh", *words]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_nothing_is_brought_up_to_date_before_it_was_prepared(folder: Path) -> None:
    code, said = typed(folder, "atualizar.sh")
    assert (code, "rode antes sh preparar.sh" in said) == (1, True)
    assert typed(folder, "preparar.sh") == (0, "")
    assert typed(folder, "atualizar.sh") == (0, "")


def test_each_has_a_folder_for_what_is_its_secret_alone(folder: Path) -> None:
    assert typed(folder, "preparar.sh") == (0, "")
    made = {path.name for path in (folder / "segredos").iterdir() if path.is_dir()}
    assert made == {"api", "beat", "flower", "migrar", *(worker.name for worker in one_per_family())}


def test_words_that_change_nothing_are_told(folder: Path) -> None:
    first = ("preparar.sh", "esteira.exemplo.com.br", "ana@exemplo.com.br")
    assert typed(folder, *first) == (0, "")
    was = (folder / ".env").read_text()
    assert "DOMINIO=esteira.exemplo.com.br" in was
    for same in (first, first[:2], first[:1]):
        assert typed(folder, *same) == (0, "")
    for domain, email in (("outro.exemplo.com.br", first[2]), (first[1], "bia@exemplo.com.br")):
        code, said = typed(folder, "preparar.sh", domain, email)
        assert code == 0
        assert f"ficou como estava (DOMINIO={first[1]}, TLS={first[2]})" in said
    assert (folder / ".env").read_text() == was
