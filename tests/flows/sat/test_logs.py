"""`sat logs`: the log in a new file, the box asked by nobody else meanwhile, nothing left of a failure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import update
from support.boxes import box, row, told, with_boxes

from core.clock import FixedClock
from core.errors import Conflict, Misconfigured, Transient, UsageError
from flows.sat import boxes, check, logs
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.sat_wire import refusal_line
from storage.models.sat import Caixa
from storage.session import transaction


@pytest.fixture
def hub(configure: Configure, banco: str) -> Iterator[HubServer]:
    with HubServer(everywhere=True) as running:
        with_boxes(configure, box(running, "Loja São João", 1))
        yield running


def test_the_file_is_named_after_box_and_time(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = logs.extrair("Loja São João", clock=FixedClock(datetime(2030, 3, 4, 15, tzinfo=UTC)))
    assert made == Path("logs-loja-sao-joao-20300304-120000.txt")
    assert "Comunicação concluída" in made.read_text()
    assert row("Loja São João").lease_token is None


def test_an_existing_file_is_not_touched(hub: HubServer, tmp_path: Path) -> None:
    mine = tmp_path / "meu.txt"
    mine.write_text("meu")
    with pytest.raises(Conflict, match="já existe"):
        logs.extrair("Loja São João", mine)
    assert mine.read_text() == "meu"
    assert hub.count(1) == 0


def test_a_folder_that_is_not_there_is_told(hub: HubServer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Não consegui escrever"):
        logs.extrair("Loja São João", tmp_path / "nada" / "x.txt")
    assert row("Loja São João").lease_token is None


def test_nothing_is_left_of_a_failure(hub: HubServer, tmp_path: Path) -> None:
    hub.faults.always(faults.reset())
    with pytest.raises(Transient):
        logs.extrair("Loja São João", tmp_path / "x.txt")
    assert not list(tmp_path.glob("x.txt*"))
    hub.faults.clear()
    assert check.verificar("Loja São João").resultado == "ok"


def test_a_wrong_activation_code_parks_the_box(hub: HubServer, tmp_path: Path) -> None:
    hub.program(1, refusal_line("15001", "Código inválido"), "ExtrairLogs")
    for _ in range(2):
        with pytest.raises(Misconfigured):
            logs.extrair("Loja São João", tmp_path / "x.txt")
    assert check.verificar("Loja São João").resultado == "parada"
    assert hub.count(1) == 1
    assert told() == [("alerta_aberto", "Loja São João", "inalcancavel")]


def test_a_refused_session_number_is_tried_once_with_another(hub: HubServer, tmp_path: Path) -> None:
    answers = iter([refusal_line("15097", "Sessão inválida"), None])
    hub.program(1, lambda sessao: next(answers), "ExtrairLogs")
    before = _session()
    with pytest.raises(Transient):
        logs.extrair("Loja São João", tmp_path / "x.txt")
    assert hub.count(1) == 2
    assert _session() == before + 2


def _session() -> int:
    boxes.prepare()
    return row("Loja São João").sessao


def test_while_somebody_asks_the_box_it_waits(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "PATIENCE_SECONDS", 0)
    boxes.prepare()
    with transaction() as db:
        later = datetime(2999, 1, 1, tzinfo=UTC)
        db.execute(update(Caixa).values(lease_token="outra|1|1|x", due_at=later))
    with pytest.raises(Transient, match="outro processo"):
        logs.extrair("Loja São João", tmp_path / "x.txt")
    assert hub.count(1) == 0
