"""`esteira banco`, as it is typed."""

from pathlib import Path

import pytest
from conftest import Configure

from cli.main import main
from storage import migrate


def test_a_database_is_made_and_then_left_as_it_is(
    configure: Configure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(core__database_url=f"sqlite:///{tmp_path}/novo.db")
    for _ in range(2):
        assert main(["banco", "migrar"]) == 0
        assert f"versão {migrate.HEAD}" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["mysql://servidor/banco", "nada", "sqlite:////proc/nao/pode.db"])
def test_a_database_that_cannot_be_is_told_by_its_key(
    configure: Configure, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(core__database_url=url)
    assert main(["banco", "migrar"]) == 4
    assert "core.database_url" in capsys.readouterr().err


def test_a_file_is_compacted(configure: Configure, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(core__database_url=f"sqlite:///{tmp_path}/novo.db")
    assert main(["banco", "compactar"]) == 0
    assert "Banco de dados compactado: de " in capsys.readouterr().err
