"""What arrives together is imported together, and each file once: one is done as soon as its documents are stored."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from support.fiscal import documents, told, user

from core.documentos.busca import searchable
from core.errors import Transient
from flows.documentos.arriving import importer
from flows.documentos.owners import owner
from flows.documentos.watching import Folders, Round, Take, Watch
from sandbox.documentos.notas import nota

pytestmark = pytest.mark.usefixtures("banco")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A refused file and two notes, each of which is stored by itself."""
    made = tmp_path / "chegada"
    made.mkdir()
    (made / "a.xml").write_bytes(b"<ruim/>")
    for number, name in ((1, "b.xml"), (2, "c.xml")):
        (made / name).write_bytes(nota(number).xml)
    return made


@pytest.fixture
def take(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Take:
    monkeypatch.setattr("flows.documentos.receiving.DOCUMENTS", 1)
    user("ana")
    return importer(Folders.of(str(folder)), owner("ana"), lambda line: None)


def failing(chave: str, *faults: Exception) -> Callable[[object], str]:
    """Return what raises these faults, one after the other, where a document of this key is stored."""
    left = list(faults)

    def fails(conteudo: object) -> str:
        if getattr(conteudo, "chave", None) == chave and left:
            raise left.pop(0)
        return searchable(conteudo)  # type: ignore[arg-type]

    return fails


def test_a_file_is_told_to_be_in_before_the_next_one_is_stored(folder: Path, take: Take) -> None:
    told_of = iter(take([os.fsencode(folder / name) for name in ("b.xml", "c.xml")]))
    assert next(told_of)
    assert [one.chave for one in documents()] == [nota(1).chave]
    assert list(told_of) == [True]
    assert len(documents()) == 2


def test_a_refusal_is_told_once_though_the_database_goes_away_before_the_rest_is_stored(
    folder: Path, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.documentos.columns.searchable", failing(nota(2).chave, Transient()))
    watch = Watch(Folders.of(str(folder)), take, rest=timedelta(0))
    with pytest.raises(Transient):
        watch.look()
    assert watch.look() == Round(importados=2, recusados=1)
    assert told() == ["erro_importacao", "nfe_importada", "nfe_importada"]


def test_a_refusal_is_told_once_though_another_file_of_its_batch_has_a_fault_of_ours(
    folder: Path, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    always = [ZeroDivisionError() for _ in range(9)]
    monkeypatch.setattr("flows.documentos.columns.searchable", failing(nota(2).chave, *always))
    assert list(take([os.fsencode(folder / name) for name in ("a.xml", "b.xml", "c.xml")])) == [False, True, False]
    assert told() == ["erro_importacao", "nfe_importada"]
