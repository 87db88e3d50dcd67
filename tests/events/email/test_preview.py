"""A notice as its reader will see it: in a folder, with its pictures beside it and its files as they are."""

from pathlib import Path

import pytest

from core.errors import UsageError
from events.email.aviso import avisos
from events.email.content import Anexo, Imagem
from events.email.preview import READER, preview, write
from events.email.rendering import Escrito


def test_it_is_made_of_its_example_for_a_reader_who_may_end_it() -> None:
    aviso = avisos()["nfe_importada"]
    shown = preview(aviso)
    assert shown.assunto == aviso.assunto(aviso.exemplo)
    assert "Olá, Ana." in shown.texto
    assert READER.cancelar is not None
    assert READER.cancelar in shown.html


def test_a_browser_finds_its_pictures_beside_it(tmp_path: Path) -> None:
    shown = preview(avisos()["resumo_diario"])
    folder = tmp_path / "novo" / "pasta"
    files = write(shown, folder, "resumo")
    assert {one.name for one in files} >= {"resumo.html", "resumo.txt", "resumo-grafico.png"}
    assert set(files) == set(folder.iterdir())
    html = (folder / "resumo.html").read_text()
    assert ('src="resumo-grafico.png"' in html, "cid:" in html) == (True, False)
    assert (folder / "resumo-grafico.png").read_bytes() == shown.imagens[0].png
    assert (folder / "resumo.txt").read_text() == shown.texto


def test_files_that_go_with_it_keep_their_names(tmp_path: Path) -> None:
    shown = preview(avisos()["documentos_importados"])
    write(shown, tmp_path, "documentos")
    for one in shown.anexos:
        assert (tmp_path / one.nome).read_bytes() == one.conteudo
    assert [one.nome for one in shown.anexos] == ["documentos.csv"]


def test_each_picture_stands_where_it_was(tmp_path: Path) -> None:
    images = [Imagem(name, name.encode(), name) for name in ("um", "dois")]
    html = '<img src="cid:dois"><img src="cid:um">'
    write(Escrito("x", "x", html, images, [Anexo("a.csv", "text/csv", b"1")]), tmp_path, "n")
    assert (tmp_path / "n.html").read_text() == '<img src="n-dois.png"><img src="n-um.png">'


def test_a_folder_that_cannot_be_written_is_told_at_its_field(tmp_path: Path) -> None:
    (tmp_path / "arquivo").write_text("")
    with pytest.raises(UsageError, match="arquivo") as told:
        write(preview(avisos()["qualquer"]), tmp_path / "arquivo", "n")
    assert told.value.campo == "pasta"
