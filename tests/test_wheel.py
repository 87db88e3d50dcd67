"""`pip install .` works without the source tree: commands, migrations, workers, sandbox, from the wheel alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds what the wheel holds, and nothing else."""
    folder = tmp_path_factory.mktemp("instalado")
    flags = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--no-compile", "--target", str(folder)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "pip", "install", *flags, str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert built.returncode == 0, built.stderr
    return folder


def run(installed: Path, folder: Path, *words: str) -> str:
    """Run Python with the wheel's packages before all others, in another folder."""
    environment = os.environ | {"PYTHONPATH": str(installed)}
    command = [sys.executable, "-W", "error", *words]
    told = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_every_package_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    ours = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
    names = [name for name in ours if name not in ("bench", "tests")] + ["beat_schedule", "fiscal_api_client"]
    program = f"import importlib\nfor name in {names}: print(importlib.import_module(name).__file__)"
    files = run(installed, tmp_path, "-c", program).splitlines()
    assert len(files) == len(names)
    assert [file for file in files if not file.startswith(str(installed))] == []


def test_every_file_that_is_no_code_is_in_it_too(installed: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    packages = tuple(f"{path.parent.name}/" for path in ROOT.glob("*/__init__.py") if path.parent.name != "bench")
    wanted = [name for name in listed.split("\0") if name.startswith(packages) and not name.startswith("tests/")]
    assert "storage/migrations/script.py.mako" in wanted
    assert [name for name in wanted if (ROOT / name).exists() and not (installed / name).exists()] == []


def test_it_migrates_lists_and_diagnoses(installed: Path, tmp_path: Path) -> None:
    run(installed, tmp_path, "-m", "cli.main", "banco", "migrar")
    assert (tmp_path / "dados" / "esteira.db").exists()
    assert "alerta_aberto" in run(installed, tmp_path, "-m", "cli.main", "eventos", "listar")
    assert "banco de dados" in run(installed, tmp_path, "-m", "cli.main", "diagnostico")


def test_it_knows_its_tasks_and_its_queues(installed: Path, tmp_path: Path) -> None:
    program = "from workers.app import app; print(sorted(app.conf.beat_schedule), len(app.conf.task_queues))"
    said = run(installed, tmp_path, "-c", program)
    assert "entregas.varrer" in said
