"""An import that is killed loses nothing and does nothing twice."""

import random
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support.fiscal import documents, events_about, told, user
from support.forked import Forked
from support.ports import wait_until

from flows.documentos.asking import pedir
from sandbox.documentos import eventos, notas
from storage.models.documentos import DocumentoItem
from storage.models.importacoes import Importacao, ImportLog
from storage.session import reading

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("banco")]
AMOUNT, CANCELLED = 600, 200
HERE = "import sys; from flows.documentos.importing import importar; importar(int(sys.argv[1]))"


@pytest.fixture
def request_id(tmp_path: Path) -> int:
    """Ask for notes and their events, one part in a ZIP."""
    folder = tmp_path / "xml"
    folder.mkdir()
    made = [notas.nota(number) for number in range(1, AMOUNT + 1)]
    for number, one in enumerate(made[:500]):
        (folder / f"{number:04d}.xml").write_bytes(one.xml)
    for number, one in enumerate(made[:CANCELLED]):
        (folder / f"{number:04d}-canc.xml").write_bytes(eventos.evento(one))
    with zipfile.ZipFile(folder / "resto.zip", "w") as archive:
        for number, one in enumerate(made[500:]):
            archive.writestr(f"{number}.xml", one.xml)
    (folder / "ruim.xml").write_bytes(b"<nfeProc")
    user("ana")
    (number,) = pedir([str(folder)], "ana")
    return number


def start(number: int) -> Forked:
    """Import in a process of its own."""
    return Forked(HERE, str(number), knowing=("flows.documentos.importing", "alembic.command"))


def settled() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(ImportLog).where(ImportLog.status != "processando")) or 0


def test_killed_three_times_in_mid_import(request_id: int) -> None:
    draw = random.Random(20261126)
    for part in (0.1, 0.35, 0.6):
        process, exactly = start(request_id), (part + draw.random() * 0.1) * (AMOUNT + CANCELLED)
        wait_until(lambda exactly=exactly: settled() >= exactly)
        process.kill()
    process = start(request_id)
    assert (process.wait(), process.said()) == (0, "")
    everything_once()
    assert outcomes() == {"sucesso": AMOUNT + CANCELLED, "erro": 1}
    assert told().count("erro_importacao") == 1


def test_two_processes_import_the_same_folder_at_once(request_id: int) -> None:
    with reading() as db:
        folder = db.get_one(Importacao, request_id).caminho
    processes = [start(number) for number in (request_id, *pedir([folder], "ana"))]
    for process in processes:
        assert (process.wait(), process.said()) == (0, "")
    everything_once()
    assert outcomes() == {"sucesso": 2 * (AMOUNT + CANCELLED), "erro": 2}


def outcomes() -> Counter[str]:
    with reading() as db:
        return Counter(db.scalars(select(ImportLog.status)))


def everything_once() -> None:
    """Tell that each document, item and event is there once and was told once."""
    with reading() as db:
        items = db.scalar(select(func.count()).select_from(DocumentoItem))
    assert (len(documents()), len(events_about()), items) == (AMOUNT, CANCELLED, AMOUNT)
    assert Counter(one.situacao for one in documents()) == {"autorizada": AMOUNT - CANCELLED, "cancelada": CANCELLED}
    once = Counter(told())
    assert (once["nfe_importada"], once["documento_atualizado"]) == (AMOUNT, CANCELLED)
