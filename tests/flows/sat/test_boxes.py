"""Processes that know of different boxes: an API has not the settings of the worker, and takes nothing from it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import update
from support.boxes import opened, row, told, with_boxes

from core.caller import Caller
from core.clock import FixedClock
from flows.sat import boxes, check, importing, receiving
from flows.sat.known_boxes import configured
from flows.sat.receiving import Leitura
from sandbox.sat_wire import VAZIA, status_line
from storage.models.sat import Caixa
from storage.session import transaction

MINE: dict[str, object] = {"name": "do-worker", "kind": "agente", "usuario": "bia"}
SHOP = "nome;tipo;usuario;loja\nusb-1;agente;ana;1\nusb-2;agente;ana;1\n"


@pytest.fixture
def clock(banco: str, configure: Configure, tmp_path: Path) -> FixedClock:
    """Two boxes that were imported, and one that the worker alone has in its settings."""
    (tmp_path / "caixas.csv").write_text(SHOP)
    importing.importar(tmp_path / "caixas.csv")
    with_boxes(configure, MINE)
    time = FixedClock(datetime(2030, 3, 4, 15, tzinfo=UTC))
    boxes.prepare(time, leaving=True)
    return time


def send(clock: FixedClock, nome: str, usuario: str, **fields: object) -> None:
    clock.advance(60)
    line = status_line(agora=clock.now(), **{"ULTIMO_CF_E_SAT": VAZIA, **fields})  # type: ignore[arg-type]
    receiving.receber(nome, [Leitura(0, None, line, 123456)], usuario, Caller(1), clock)


def put_off(clock: FixedClock, **by: timedelta) -> None:
    with transaction() as db:
        for nome, ahead in by.items():
            db.execute(update(Caixa).where(Caixa.nome == nome.replace("_", "-")).values(due_at=clock.now() + ahead))


def test_a_box_that_a_wrong_clock_put_off_is_asked_again(clock: FixedClock, configure: Configure) -> None:
    """Without it nobody is asked until that day, while the sweep runs well."""
    asked = {"host": "127.0.0.1", "port": 9, "timeout_seconds": 1}
    slow = {"name": "lenta", "numero_caixa": 2, "interval_seconds": 86_400, **asked}
    with_boxes(configure, {"name": "agora", "numero_caixa": 1, "interval_seconds": 60, **asked}, slow | {"port": 10})
    boxes.prepare(clock)
    year, hours = timedelta(days=365), timedelta(hours=20)
    put_off(clock, agora=hours, lenta=hours, usb_1=year, usb_2=timedelta(seconds=30))
    assert boxes.put_right(clock) == 2
    now = clock.now()
    awaited = timedelta(seconds=configured()["usb-1"].awaited_seconds)
    due = {nome: row(nome).due_at - now for nome in ("agora", "lenta", "usb-1", "usb-2")}
    assert due == {"agora": timedelta(0), "lenta": hours, "usb-1": awaited, "usb-2": timedelta(seconds=30)}
    assert boxes.put_right(clock) == 0


def active() -> dict[str, bool]:
    return {nome: row(nome).ativo for nome in ("do-worker", "usb-1", "usb-2")}


def test_who_knows_of_fewer_boxes_switches_none_off_and_closes_no_alert(
    clock: FixedClock, configure: Configure
) -> None:
    for _ in range(3):
        with_boxes(configure, MINE)
        send(clock, "do-worker", "bia", STATUS_LAN="NAO_CONECTADO")
        with_boxes(configure)
        send(clock, "usb-1", "ana")
        assert active() == {"do-worker": True, "usb-1": True, "usb-2": True}
        assert opened() == [("do-worker", "rede")]
    assert told() == [("alerta_aberto", "do-worker", "rede")]


@pytest.mark.parametrize("look", [check.verificar_vencidas, boxes.check_all_soon], ids=["each minute", "at the start"])
def test_a_box_that_left_the_settings_of_the_worker_leaves_at_its_next_look(
    clock: FixedClock, configure: Configure, look: object
) -> None:
    send(clock, "do-worker", "bia", STATUS_LAN="NAO_CONECTADO")
    with_boxes(configure)
    look(clock)  # type: ignore[operator]
    assert active() == {"do-worker": False, "usb-1": True, "usb-2": True}
    assert opened() == []


def test_a_shop_whose_boxes_are_removed_elsewhere_leaves_no_alert(clock: FixedClock, configure: Configure) -> None:
    for _ in range(5):
        clock.instant += timedelta(hours=1)
        check.verificar_vencidas(clock)
    assert "loja:1" in {objeto for objeto, _ in opened()}
    with_boxes(configure)
    importing.remover("usb-1")
    assert active() == {"do-worker": True, "usb-1": False, "usb-2": True}
    assert "usb-1" not in {objeto for objeto, _ in opened()}
    with_boxes(configure, MINE)
    check.verificar_vencidas(clock)
    assert {objeto for objeto, _ in opened()} <= {"do-worker", "usb-2"}
