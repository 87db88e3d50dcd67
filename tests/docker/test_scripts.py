"""What the operator types in the folder of docker: it says what is missing, and what it left as it was."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workers.layout import one_per_family

DOCKER = Path(__file__).parents[2] / "docker"
# A docker of the least version: names of images are files, and so is what a build gives and whether a migration fails.
STAND_IN = """#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >>feito
case "$*" in
  "compose version --short") echo 2.24.0 ;;
  "compose build migrar") cp construida esteira:local ;;
  "compose run --rm --no-deps migrar") [ ! -e falha ] ;;
  "image inspect "*) cat "$5" ;;
  "tag "*) echo "$2" >"$3" ;;
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
    (tmp_path / "bin" / "construida").write_text("sha256:1\n")
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


def test_the_image_before_is_kept_until_another_one_has_migrated(folder: Path) -> None:
    engine = folder / "bin"
    assert typed(folder, "preparar.sh") == (0, "")

    def update(to: str, *, fails: bool = False) -> tuple[int, str, str]:
        """Bring the stack to an image; return the exit code, and what the two names are of afterwards."""
        (engine / "construida").write_text(f"{to}\n")
        (engine / "falha").touch() if fails else (engine / "falha").unlink(missing_ok=True)
        (engine / "feito").unlink()
        code, said = typed(folder, "atualizar.sh")
        assert ("Nada mudou" in said) is fails
        assert any(line.startswith("compose up") for line in (engine / "feito").read_text().splitlines()) is not fails
        names = [engine / "esteira:local", engine / "esteira:anterior"]
        return (code, *(name.read_text().strip() if name.exists() else "" for name in names))

    assert update("sha256:1") == (0, "sha256:1", "")
    assert update("sha256:2") == (0, "sha256:2", "sha256:1")
    for _ in range(2):
        assert update("sha256:3", fails=True) == (1, "sha256:2", "sha256:1")
    assert update("sha256:2") == (0, "sha256:2", "sha256:1")


def test_a_stack_that_went_back_is_brought_up_to_date_only_under_its_own_name(folder: Path) -> None:
    assert typed(folder, "preparar.sh") == (0, "")
    prepared = (folder / ".env").read_text()
    (folder / ".env").write_text(prepared.replace("VERSAO=local", "VERSAO=anterior"))
    (folder / "bin" / "feito").unlink()
    refusal = "VERSAO=anterior em docker/.env é a volta atrás: ponha VERSAO=local antes de atualizar.\n"
    assert typed(folder, "atualizar.sh") == (1, refusal)
    assert not (folder / "bin" / "feito").exists()
    (folder / ".env").write_text(prepared)
    assert typed(folder, "atualizar.sh") == (0, "")


def test_each_has_a_folder_for_what_is_its_secret_alone(folder: Path) -> None:
    assert typed(folder, "preparar.sh") == (0, "")
    made = {path.name for path in (folder / "segredos").iterdir() if path.is_dir()}
    assert made == {"api", "beat", "flower", "migrar", *(worker.name for worker in one_per_family())}


@pytest.mark.parametrize("tls", ["/tls/certificado.pem /tls/chave.pem", "/tls/a&b|c.pem /tls/d\\1.pem"])
def test_a_certificate_of_ones_own_is_two_files(folder: Path, tls: str) -> None:
    for _ in range(2):
        assert typed(folder, "preparar.sh", "esteira.exemplo.com.br", tls) == (0, "")
    written = (folder / ".env").read_text()
    assert f"\nTLS={tls}\n" in written
    assert "\nDOMINIO=esteira.exemplo.com.br\n" in written
    assert "\nENDERECO=0.0.0.0\n" in written


def test_settings_that_could_not_be_written_whole_are_written_the_next_time(folder: Path) -> None:
    example = folder / "exemplo.env"
    example.rename(folder / "guardado")
    code, _ = typed(folder, "preparar.sh")
    assert (code == 0, (folder / ".env").exists()) == (False, False)
    (folder / "guardado").rename(example)
    (folder / ".env").touch()
    assert typed(folder, "preparar.sh") == (0, "")
    assert "DOMINIO=localhost" in (folder / ".env").read_text()


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
