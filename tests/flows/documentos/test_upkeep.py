"""What was noted of imports goes in its time; errors and documents stay."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from support.fiscal import documents

from claims.holder import SEPARATOR, host
from core.clock import SYSTEM, FixedClock
from flows.documentos.asking import pedir
from flows.documentos.importing import import_chunk
from flows.documentos.upkeep import figures, give_back
from flows.retencao import limpar
from sandbox.documentos import notas
from storage.models.importacoes import Importacao, ImportLog
from storage.session import reading, transaction

pytestmark = pytest.mark.usefixtures("banco")


@pytest.fixture
def imported(tmp_path: Path) -> int:
    """A good file and a bad one, imported."""
    (tmp_path / "boa.xml").write_bytes(notas.nota(1).xml)
    (tmp_path / "ruim.xml").write_bytes(b"<nfeProc")
    (number,) = pedir([str(tmp_path)])
    import_chunk(number)
    return number


def left(days: float) -> dict[str, str]:
    """Run the retention after so many days; return the files of which something is noted, with their state."""
    assert limpar(FixedClock(SYSTEM.now() + timedelta(days=days))).completo
    with reading() as db:
        return {row.arquivo_nome: row.status for row in db.scalars(select(ImportLog))}


def test_successes_go_after_their_time_and_nothing_else(imported: int) -> None:
    assert left(89) == {"boa.xml": "sucesso", "ruim.xml": "erro"}
    assert left(91) == {"ruim.xml": "erro"}
    with reading() as db:
        assert db.get(Importacao, imported) is not None
    assert len(documents()) == 1


def test_a_request_goes_once_nothing_is_noted_of_its_files(imported: int) -> None:
    with transaction() as db:
        db.execute(update(ImportLog).values(status="sucesso"))
    assert left(91) == {}
    with reading() as db:
        assert db.get(Importacao, imported) is None
    assert len(documents()) == 1


def test_what_waits_for_too_long_becomes_an_error(imported: int) -> None:
    with transaction() as db:
        db.execute(update(ImportLog).where(ImportLog.arquivo_nome == "boa.xml").values(status="processando"))
    assert left(91) == {"boa.xml": "erro", "ruim.xml": "erro"}
    with reading() as db:
        said = db.scalars(select(ImportLog.mensagem).where(ImportLog.arquivo_nome == "boa.xml")).one()
    assert "importe-o de novo" in (said or "")


def test_what_dead_processes_held_is_given_back(imported: int) -> None:
    dead, now = SEPARATOR.join((host(), "999999999", "1", "morto")), SYSTEM.now()
    with transaction() as db:
        held = {"lease_token": dead, "due_at": now + timedelta(hours=1)}
        db.execute(update(ImportLog).values(held))
        db.execute(update(Importacao).values(held))
    assert give_back(now) == 3
    with reading() as db:
        assert set(db.scalars(select(ImportLog.lease_token))) == {None}


def test_figures_of_the_last_day_and_of_what_is_owed(imported: int) -> None:
    with transaction() as db:
        db.execute(update(ImportLog).where(ImportLog.arquivo_nome == "ruim.xml").values(status="processando"))
    with reading() as db:
        now, later = (list(figures(db, SYSTEM.now() + timedelta(days=days))) for days in (0, 2))
    assert [(one.labels, one.value) for one in now[0].samples] == [({"especie": "nfe", "situacao": "autorizada"}, 1)]
    assert [one.value for one in now[1].samples] == [1]
    assert later[0].samples == []
