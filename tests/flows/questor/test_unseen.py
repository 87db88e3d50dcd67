"""A scan that could not look into a place says nothing of what stood there: what is owed from it stays owed."""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.clock import SYSTEM
from flows.questor import send
from flows.questor.scan import varrer
from sandbox.questor.documentos import documento
from tests.flows.questor.test_scan import folder, lote, put, seen

pytestmark = pytest.mark.usefixtures("banco")
__all__ = ["folder"]
PENDING = ("pendente", None)


@contextmanager
def refusing(refused: Callable[[bytes], bool]) -> Iterator[None]:
    """Let the system fail to list some folders, and to say anything of some files."""
    real = os.scandir

    class Entry:
        def __init__(self, entry: "os.DirEntry[bytes]") -> None:
            self.name, self.path, self.stat = entry.name, entry.path, entry.stat
            self.is_dir, self.is_symlink = entry.is_dir, entry.is_symlink
            if refused(os.fsencode(entry.path)):
                self.stat = _broken

    class Listed:
        def __init__(self, path: bytes) -> None:
            self._entries = real(path)

        def __enter__(self) -> Iterator[Entry]:
            return map(Entry, self._entries)

        def __exit__(self, *_: object) -> None:
            self._entries.close()

    def listed(path: bytes) -> Listed:
        if refused(os.fsencode(path)):
            _broken()
        return Listed(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", listed)
        yield


def _broken(**_: object) -> os.stat_result:
    raise OSError(5, "Input/output error")


@pytest.mark.parametrize("name", ["fechada", "50%", "notas.zip!", "\udcff"])
@pytest.mark.parametrize("inside", ["b.xml", "ano/\udcff.xml"])
def test_what_stood_in_a_folder_that_cannot_be_listed_now_stays_owed(folder: Path, name: str, inside: str) -> None:
    put(folder / "a.xml", documento("nfe", 1))
    put(folder / name / inside, documento("nfe", 2))
    gone = put(folder / f"{name}-outra" / "c.xml", documento("nfe", 3))
    varrer(str(folder))
    gone.unlink()
    with refusing(lambda path: path.endswith(os.fsencode(f"/{name}"))):
        varrer(str(folder))
    found = seen()
    assert sorted(motivo or "" for _, motivo in found.values()) == ["", "", "pasta_ilegivel", "sumiu"]
    (folder / name / inside).unlink()
    varrer(str(folder))
    assert sorted(motivo or "" for _, motivo in seen().values()) == ["", "sumiu", "sumiu"]


def test_a_lot_is_not_done_while_documents_stand_where_nobody_can_look(folder: Path) -> None:
    put(folder / "fechada" / "b.xml", documento("nfe", 2))
    put(folder / "fechada" / "igual.xml", documento("nfe", 2))
    varrer(str(folder))
    before = seen()
    with refusing(lambda path: path.endswith(b"/fechada")):
        varrer(str(folder))
    assert seen() == before | {"fechada/": ("quarentena", "pasta_ilegivel")}
    assert not send.conclude(lote().id, SYSTEM)


def test_a_zip_that_is_being_written_anew_loses_no_document(folder: Path) -> None:
    path = folder / "ano" / "x.zip"
    put(path, b"")
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.xml", documento("nfe", 1).texto)
        made.writestr("b.xml", documento("nfe", 2).texto)
    varrer(str(folder))
    whole = path.read_bytes()
    put(path, whole[:100])
    varrer(str(folder))
    members = dict.fromkeys(("ano/x.zip!/a.xml", "ano/x.zip!/b.xml"), PENDING)
    assert seen() == members | {"ano/x.zip": ("quarentena", "zip_invalido")}
    put(path, whole)
    varrer(str(folder))
    assert seen() == members


def test_a_file_of_which_the_system_says_nothing_now_stays_owed(folder: Path) -> None:
    put(folder / "a.xml", documento("nfe", 1))
    with zipfile.ZipFile(folder / "x.zip", "w") as made:
        made.writestr("b.xml", documento("nfe", 2).texto)
    varrer(str(folder))
    put(folder / "nova.xml", documento("nfe", 3))
    with refusing(lambda path: path.endswith((b".xml", b".zip"))):
        varrer(str(folder))
    assert seen() == {
        "a.xml": PENDING,
        "x.zip!/b.xml": PENDING,
        "x.zip": ("quarentena", "ilegivel"),
        "nova.xml": ("quarentena", "ilegivel"),
    }
    varrer(str(folder))
    assert seen() == dict.fromkeys(("a.xml", "x.zip!/b.xml", "nova.xml"), PENDING)
