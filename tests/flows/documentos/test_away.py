"""A folder that is away for a while: its files are walked and imported when it is back, none is called gone."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from support.fiscal import documents

from core import stopping
from core.clock import SYSTEM, FixedClock
from core.errors import Transient
from flows.documentos.asking import pedir
from flows.documentos.importing import import_chunk
from flows.documentos.walking import PATIENCE
from sandbox.documentos import notas
from storage.models.eventos import Event
from storage.models.importacoes import Importacao, ImportLog
from storage.session import reading, transaction

pytestmark = pytest.mark.usefixtures("banco")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "xml"
    (found / "sub").mkdir(parents=True)
    for number in range(1, 6):
        (found / f"{number}.xml").write_bytes(notas.nota(number).xml)
        (found / f"sub/{number}.xml").write_bytes(notas.nota(number + 10).xml)
    return found


def renamed(folder: Path) -> Callable[[], object]:
    """Take a folder away; return what brings it back."""
    elsewhere = folder.rename(folder.with_name("fora"))
    return lambda: elsewhere.rename(folder)


def unmounted(folder: Path) -> Callable[[], object]:
    """Leave an empty folder in its place, as a mount point; return what brings it back."""
    back = renamed(folder)
    folder.mkdir()
    return lambda: (folder.rmdir(), back())


def walked(folder: Path) -> int:
    """Ask for a folder and walk it, without reading any file; return the number of the request."""
    (number,) = pedir([str(folder)])
    stopping.ask_to_stop()
    try:
        import_chunk(number)
    finally:
        stopping.reset()
    with transaction() as db:
        db.execute(update(Importacao).values(lida_em=SYSTEM.now()))
    return number


def finished(number: int) -> bool:
    with reading() as db:
        return db.get_one(Importacao, number).concluida_em is not None


def outcomes() -> list[tuple[str, str | None]]:
    with reading() as db:
        return [(one.status, one.motivo) for one in db.scalars(select(ImportLog))]


def nothing_is_told() -> None:
    with reading() as db:
        assert db.scalars(select(Event)).all() == []


def test_a_folder_that_is_away_when_it_is_to_be_walked_is_walked_later(folder: Path) -> None:
    (number,) = pedir([str(folder)])
    back = renamed(folder)
    with pytest.raises(Transient, match="xml não está acessível agora"):
        import_chunk(number)
    assert (outcomes(), finished(number)) == ([], False)
    nothing_is_told()
    back()
    assert import_chunk(number).novos == 10
    assert finished(number)


@pytest.mark.parametrize("away", [renamed, unmounted])
def test_files_whose_folder_is_away_when_they_are_to_be_read_are_read_later(
    folder: Path, away: Callable[[Path], Callable[[], object]]
) -> None:
    number = walked(folder)
    back = away(folder)
    with pytest.raises(Transient):
        import_chunk(number)
    assert outcomes() == [("processando", None)] * 10
    nothing_is_told()
    back()
    assert import_chunk(number).novos == 10
    assert finished(number)
    assert len(documents()) == 10


def test_a_folder_that_goes_while_it_is_walked_is_walked_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = pedir([str(folder)])
    real, back = os.scandir, []

    def listed(path: bytes) -> object:
        if bytes(path) == os.fsencode(folder / "sub") and not back:
            back.append(renamed(folder))
        return real(path)

    with monkeypatch.context() as patch, pytest.raises(Transient):
        patch.setattr(os, "scandir", listed)
        import_chunk(number)
    assert outcomes() == []
    back[0]()
    assert import_chunk(number).novos == 10


def test_a_folder_that_does_not_come_back_is_waited_for_a_month(folder: Path) -> None:
    number, clock = walked(folder), FixedClock(SYSTEM.now())
    renamed(folder)
    clock.advance((PATIENCE - timedelta(minutes=1)).total_seconds())
    with pytest.raises(Transient):
        import_chunk(number, clock)
    clock.advance(60.0)
    import_chunk(number, clock)
    assert outcomes() == [("erro", "ilegivel")] * 10
    assert finished(number)
