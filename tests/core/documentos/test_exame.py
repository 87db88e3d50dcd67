"""One file costs itself: whatever happens while it is read is its outcome, and the log says where."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.documentos import exame
from core.documentos.exame import examine
from core.documentos.files import Files
from core.documentos.folder import Found
from core.documentos.leitura import LIMITE
from core.documentos.raizes import Acao
from sandbox.questor.documentos import documento


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "a.xml").write_text(documento("nfe", 1).texto)
    return Files(str(tmp_path), LIMITE)


def look(files: Files, caminho: str = "a.xml") -> exame.Exame:
    return examine(files, Found(caminho, codificado=False, tamanho=1, mtime_ns=1))


def test_a_file_is_read_with_its_digest(files: Files) -> None:
    found = look(files)
    assert [one.acao for one in found.leituras] == [Acao.IMPORTAR]
    assert len(found.sha256 or "") == 64


def test_what_is_not_there_is_told(files: Files) -> None:
    assert [one.motivo for one in look(files, "b.xml").leituras] == ["ilegivel"]
    assert [one.motivo for one in look(files, "a.xml.zip!/b.xml").leituras] == ["ilegivel"]


@pytest.mark.parametrize("fault", [RuntimeError("ninguém pensou nisto"), MemoryError(), RecursionError()])
def test_a_fault_that_nobody_thought_of_is_one_file_and_a_line_in_the_log(
    files: Files, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fails(_content: bytes) -> None:
        raise fault

    monkeypatch.setattr(exame, "ler", fails)
    with capture_logs() as said:
        (read,) = look(files).leituras
    assert (read.acao, read.motivo) == (Acao.SEPARAR, "erro_de_leitura")
    assert [(line["log_level"], line["caminho"]) for line in said] == [("error", "a.xml")]
