"""A share that is away for a while: nothing is known of its files, and all of them are sent when it is back."""

import errno
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import select, update
from support.questor import TOKEN, account, files, lot, states

from core.clock import SYSTEM
from core.documentos import files as reading_files
from core.errors import Transient
from flows.questor import send
from flows.questor.outcome import LOOKS
from flows.questor.scan import varrer
from sandbox.questor import QuestorServer
from sandbox.questor.documentos import documento
from storage.models.eventos import Event
from storage.models.questor import QuestorArquivo, QuestorLote
from storage.session import reading, transaction


@pytest.fixture
def server(configure: Configure) -> Iterator[QuestorServer]:
    with QuestorServer(TOKEN) as running:
        configure(**account(running.url))
        yield running


def renamed(folder: Path) -> Callable[[], None]:
    """Take a folder away; return what brings it back."""
    elsewhere = folder.rename(folder.with_name("fora"))
    return lambda: (elsewhere.rename(folder), None)[1]


def unmounted(folder: Path) -> Callable[[], None]:
    """Leave an empty folder in its place, as a mount point; return what brings it back."""
    back = renamed(folder)
    folder.mkdir()
    return lambda: (folder.rmdir(), back())[1]


AWAY = pytest.mark.parametrize("away", [renamed, unmounted])


@AWAY
def test_what_is_to_be_sent_waits_until_its_folder_is_back(
    banco: str, server: QuestorServer, tmp_path: Path, away: Callable[[Path], Callable[[], None]]
) -> None:
    lote = lot(tmp_path / "xml", [documento("nfe", number) for number in range(1, 31)])
    back = away(tmp_path / "xml")
    with pytest.raises(Transient, match="xml não está acessível agora"):
        send.send_chunk(lote)
    assert states(lote) == {"pendente": 30}
    assert all(row.lease_token is None for row in files(lote))
    with reading() as db:
        assert db.scalars(select(Event)).all() == []
    back()
    assert send.send_chunk(lote).enviados == 30


@AWAY
def test_a_folder_that_goes_while_its_files_are_read_costs_none_of_them(
    sqlite: str,
    server: QuestorServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    away: Callable[[Path], Callable[[], None]],
) -> None:
    lote = lot(tmp_path / "xml", [documento("nfe", number) for number in range(1, 101)])
    real, back = os.open, []

    def opened(path: bytes, flags: int, *rest: int) -> int:
        if not back and bytes(path).endswith(b"/40.xml"):
            back.append(away(tmp_path / "xml"))
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", opened)
    with pytest.raises(Transient):
        send.send_chunk(lote)
    assert "quarentena" not in states(lote)
    assert all(row.lease_token is None for row in files(lote))
    back[0]()
    send.send_chunk(lote)
    assert states(lote) == {"enviado": 100}
    assert server.repetidos == {}


def test_a_lot_of_which_all_is_sent_ends_without_its_folder(sqlite: str, server: QuestorServer, tmp_path: Path) -> None:
    one = documento("nfe", 1)
    lote = lot(tmp_path / "xml", [one])
    server.guardados[one.identidade] = one
    with transaction() as db:
        db.execute(update(QuestorArquivo).values(estado="desconhecido", due_at=SYSTEM.now()))
    renamed(tmp_path / "xml")
    send.send_chunk(lote)
    assert states(lote) == {"enviado": 1}


def test_a_file_that_cannot_be_opened_for_a_while_is_sent_later(
    sqlite: str, server: QuestorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lote = lot(tmp_path / "xml", [documento("nfe", 1), documento("nfe", 2)])
    with monkeypatch.context() as patch:
        _busy(patch, b"/1.xml")
        send.send_chunk(lote)
    first, second = files(lote)
    assert (first.estado, second.estado, second.motivo, second.erros) == ("enviado", "pendente", "ilegivel", 1)
    assert second.due_at > SYSTEM.now()
    _make_due()
    send.send_chunk(lote)
    assert states(lote) == {"enviado": 2}


def test_a_file_that_never_can_be_opened_is_set_aside(
    sqlite: str, server: QuestorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lote = lot(tmp_path / "xml", [documento("nfe", 1), documento("nfe", 2)])
    _busy(monkeypatch, b"/1.xml")
    for _ in range(len(LOOKS.waits) + 1):
        send.send_chunk(lote)
        _make_due()
    assert [(row.estado, row.motivo) for row in files(lote)] == [("enviado", None), ("quarentena", "ilegivel")]


def test_a_zip_that_is_written_anew_while_it_is_sent_is_sent_later(
    sqlite: str, server: QuestorServer, tmp_path: Path
) -> None:
    path = tmp_path / "xml/x.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.xml", documento("nfe", 1).texto)
    varrer(str(path.parent))
    with transaction() as db:
        lote = db.scalars(update(QuestorLote).values(enviar=True).returning(QuestorLote.id)).one()
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    send.send_chunk(lote)
    assert [(row.estado, row.motivo) for row in files(lote)] == [("pendente", "ilegivel")]
    path.write_bytes(whole)
    _make_due()
    send.send_chunk(lote)
    assert states(lote) == {"enviado": 1}


def _busy(patch: pytest.MonkeyPatch, ending: bytes) -> None:
    """Let the system refuse to open a file, as one that another program holds on a share."""
    real = os.open

    def opened(path: bytes, flags: int, *rest: int) -> int:
        if bytes(path).endswith(ending):
            raise OSError(errno.EBUSY, "busy", path)
        return real(path, flags, *rest)

    patch.setattr(reading_files.os, "open", opened)


def _make_due() -> None:
    with transaction() as db:
        db.execute(update(QuestorArquivo).values(due_at=SYSTEM.now()))


def test_a_scan_during_which_the_folder_goes_takes_nothing_for_gone(
    sqlite: str, server: QuestorServer, tmp_path: Path
) -> None:
    folder = tmp_path / "xml"
    (folder / "dentro").mkdir(parents=True)
    for number in range(3):
        (folder / f"dentro/{number}.xml").write_text(documento("nfe", number + 1).texto)
        (folder / f"{number}.xml").write_text(documento("nfe", number + 11).texto)
    varrer(str(folder))
    gone: list[Callable[[], None]] = []
    with pytest.MonkeyPatch.context() as patch:
        real = os.scandir

        def listed(path: bytes) -> object:
            if os.fspath(path) == os.fsencode(folder / "dentro") and not gone:
                gone.append(renamed(folder))
            return real(path)

        patch.setattr(os, "scandir", listed)
        with pytest.raises(Transient):
            varrer(str(folder))
    gone[0]()
    with reading() as db:
        assert {row.estado for row in db.scalars(select(QuestorArquivo))} == {"pendente"}
