"""Files that are named themselves, and the size that files may have."""

import os
import zipfile
from pathlib import Path

import pytest

from core.documentos.files import Files, NotRead
from core.documentos.folder import Found, named, walk

XML = b"<nota/>"
# With the NUL that ends it, what Linux takes.
LONGEST_PATH = 4096


def found(path: Path, limite: int = 100) -> list[Found]:
    return list(named(bytes(path), limite))


@pytest.mark.parametrize("name", ["nota.xml", "nota.XML", "nota.txt", "nota", "ação.xml"])
def test_a_file_that_is_named_is_a_document_whatever_its_ending(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(XML)
    (one,) = found(path)
    assert (one.caminho, one.tamanho, one.motivo) == (name, len(XML), None)
    assert Files(str(tmp_path), 100).content(one.caminho, codificado=one.codificado) == XML


def test_an_archive_that_is_named_is_its_members(tmp_path: Path) -> None:
    path = tmp_path / "notas.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", XML)
        archive.writestr("pasta/b.xml", XML * 20)
        archive.writestr("leia.txt", b"x")
    ones = found(path)
    assert [(one.caminho, one.motivo) for one in ones] == [
        ("notas.zip!/a.xml", None), ("notas.zip!/pasta/b.xml", "grande_demais"),
    ]  # fmt: skip
    files = Files(str(tmp_path), 100)
    assert files.content("notas.zip!/a.xml", codificado=False) == XML
    with pytest.raises(NotRead) as fault:
        files.content("notas.zip!/pasta/b.xml", codificado=False)
    assert fault.value.motivo == "grande_demais"
    files.close()


def test_what_is_named_and_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "nota.xml").write_bytes(XML)
    (tmp_path / "quebrado.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "link.xml").symlink_to(tmp_path / "nota.xml")
    assert [one.motivo for one in found(tmp_path / "nota.xml", limite=3)] == ["grande_demais"]
    assert [one.motivo for one in found(tmp_path / "quebrado.zip")] == ["zip_invalido"]
    assert [one.motivo for one in found(tmp_path / "link.xml")] == ["ligacao"]
    assert [one.motivo for one in found(tmp_path)] == ["nao_e_arquivo"]
    assert found(tmp_path / "sumiu.xml") == []


def test_the_limit_of_a_walk_is_that_of_who_walks(tmp_path: Path) -> None:
    (tmp_path / "nota.xml").write_bytes(XML)
    reasons = {limite: [one.motivo for one in walk(bytes(tmp_path), limite)] for limite in (6, 7)}
    assert reasons == {6: ["grande_demais"], 7: [None]}
    with pytest.raises(NotRead) as fault:
        Files(str(tmp_path), 6).content("nota.xml", codificado=False)
    assert fault.value.motivo == "grande_demais"


@pytest.mark.parametrize("name", ["nota.xml", "notas.zip", "leia.txt"])
def test_a_file_of_which_the_system_says_nothing_is_told(tmp_path: Path, name: str) -> None:
    """As in a folder that may be listed and not entered, or on a disk that fails; here its path is too long to ask."""
    deep, part = bytes(tmp_path), b"x" * 200
    descriptor = os.open(tmp_path, os.O_RDONLY)
    while len(deep) + len(part) < LONGEST_PATH - len(name):
        os.mkdir(part, dir_fd=descriptor)
        inner = os.open(part, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        deep, descriptor = deep + b"/" + part, inner
    long = "x" * 200 + name
    os.close(os.open(long, os.O_WRONLY | os.O_CREAT, dir_fd=descriptor))
    os.close(descriptor)
    told = [(long, "ilegivel", True)] if name != "leia.txt" else []
    assert [(one.caminho, one.motivo, one.fechado) for one in walk(deep, 100)] == told
