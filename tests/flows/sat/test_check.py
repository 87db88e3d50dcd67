import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Configure
from sqlalchemy import select, update
from support.boxes import box, row, with_boxes

from claims.holder import new_token
from connectors.sat.status import StatusOperacional
from core.clock import SYSTEM, FixedClock
from core.errors import NotFound
from core.settings.sat import BoxSettings
from flows.sat import boxes, check
from flows.sat.known_boxes import configured
from flows.sat.outcome import Asked, Verificacao
from flows.sat.questions import claim
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.sat_wire import refusal_line, status_line
from sandbox.server import refused_address
from storage.models.alertas import Alerta
from storage.models.eventos import Event
from storage.models.sat import Caixa
from storage.session import reading, transaction


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(everywhere=True) as running:
        yield running


@pytest.fixture
def shop(hub: HubServer, configure: Configure, banco: str) -> HubServer:
    """Two boxes behind the hub."""
    with_boxes(configure, box(hub, "loja-1", 1), box(hub, "loja-2", 2))
    return hub


def wrong_clock(sessao: int) -> str:
    return status_line(sessao, agora=SYSTEM.now() - timedelta(hours=3))


def event_names() -> list[str]:
    with reading() as db:
        return list(db.scalars(select(Event.nome).order_by(Event.id)))


def test_a_healthy_box_has_no_alert(shop: HubServer) -> None:
    found = check.verificar("loja-1")
    assert (found.resultado, found.ativos, found.erro) == ("ok", [], None)
    assert row("loja-1").lease_token is None
    assert (row("loja-1").resposta or "").count("|") == 27


def test_a_problem_opens_one_alert_and_its_end_closes_it(shop: HubServer) -> None:
    shop.program(1, wrong_clock)
    for _ in range(3):
        assert [judged.codigo for judged in check.verificar("loja-1").ativos] == ["relogio"]
    shop.program(1, status_line)
    check.verificar("loja-1")
    assert event_names() == ["alerta_aberto", "alerta_resolvido"]


def test_every_due_box_is_checked_once_and_then_waits_its_interval(shop: HubServer) -> None:
    clock = FixedClock(SYSTEM.now() + timedelta(seconds=1))
    assert {found.caixa for found in check.verificar_vencidas(clock)} == {"loja-1", "loja-2"}
    assert check.verificar_vencidas(clock) == []
    clock.advance(269)
    assert check.verificar_vencidas(clock) == []
    clock.advance(61)
    assert len(check.verificar_vencidas(clock)) == 2


def test_room_for_many_boxes_is_filled_at_once_and_for_a_few_now_and_then(
    shop: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "GATHER_SECONDS", 3600)
    boxes.prepare()
    with transaction() as db:
        one = claim(db, configured(), 1, new_token(), SYSTEM, early=True)[0]
    checks = check.Due(SYSTEM)
    checks.took([one] * check.AT_ONCE)
    ended = Asked(one, Verificacao(one.box.name))
    wanted = []
    for _ in range(check.MANY):
        checks.ended(one, ended)
        wanted.append(checks.wants())
    assert wanted == [False] * (check.MANY - 1) + [True]


def test_all_boxes_can_be_made_due_for_a_start(shop: HubServer) -> None:
    check.verificar_vencidas(FixedClock(SYSTEM.now() + timedelta(seconds=1)))
    assert boxes.check_all_soon() == 2
    assert len(check.verificar_vencidas()) == 2


@pytest.mark.parametrize(
    "fault",
    [faults.silent(), faults.drip_head(), faults.reset(), faults.html(), faults.status(500, "{}"), faults.garbage()],
    ids=["silent", "drip", "reset", "html", "500", "garbage"],
)
def test_a_hub_that_misbehaves_costs_that_box_only(shop: HubServer, fault: faults.Fault) -> None:
    shop.faults.always(fault, key=1)
    results = {found.caixa: found for found in check.verificar_vencidas()}
    assert results["loja-1"].resultado in ("inalcancavel", "recusado")
    assert results["loja-1"].erro
    assert results["loja-2"].resultado == "ok"
    assert event_names() == []


def test_a_fault_of_our_own_at_one_box_is_told_after_the_others_were_checked(
    shop: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = check.consultar_status

    async def broken(asked_box: BoxSettings, sessao: int) -> StatusOperacional:
        if asked_box.name == "loja-1":
            raise ZeroDivisionError
        return await asked(asked_box, sessao)

    monkeypatch.setattr(check, "consultar_status", broken)
    with pytest.raises(ZeroDivisionError):
        check.verificar_vencidas()
    assert row("loja-2").resultado == "ok"


def test_a_dead_hub_is_unreachable(configure: Configure, sqlite: str) -> None:
    with refused_address() as address:
        port = int(address.rpartition(":")[2])
        with_boxes(configure, {"name": "loja-1", "host": "127.0.0.1", "port": port})
        assert check.verificar("loja-1").resultado == "inalcancavel"


def test_an_alert_stays_open_while_its_box_cannot_be_asked(shop: HubServer) -> None:
    shop.program(1, wrong_clock)
    check.verificar("loja-1")
    shop.faults.always(faults.reset(), key=1)
    check.verificar("loja-1")
    assert event_names() == ["alerta_aberto"]
    with reading() as db:
        assert db.scalars(select(Alerta.resolvido_em)).all() == [None]


def test_a_wrong_activation_code_parks_the_box_until_its_settings_change(shop: HubServer, configure: Configure) -> None:
    shop.program(1, lambda sessao: refusal_line("10001", "Código de ativação inválido", sessao))
    assert check.verificar("loja-1").resultado == "parada"
    boxes.check_all_soon()
    check.verificar_vencidas()
    assert check.verificar("loja-1").resultado == "parada"
    assert shop.count(1) == 1
    shop.program(1, status_line)
    with_boxes(configure, box(shop, "loja-1", 1, serial="000123456"))
    assert check.verificar("loja-1").resultado == "ok"


def test_rival_checks_of_one_box_take_turns(shop: HubServer) -> None:
    shop.faults.always(faults.slow(0.2), key=1)
    boxes.prepare()
    results: list[str] = []
    program = lambda: results.append(check.verificar("loja-1").resultado)  # noqa: E731
    first = threading.Thread(target=lambda: results.append(_in_own_process()))
    first.start()
    program()
    first.join()
    assert results.count("ok") == 2
    assert shop.max_simultaneas[1] == 1


def _in_own_process() -> str:
    import subprocess
    import sys

    code = "from flows.sat.check import verificar; print(verificar('loja-1').resultado)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_session_numbers_count_on_and_come_round_in_the_end(sqlite: str, configure: Configure, hub: HubServer) -> None:
    with_boxes(configure, box(hub, "loja-1", 1))
    boxes.prepare()
    with transaction() as db:
        db.execute(update(Caixa).values(sessao=999_998))
        number = db.scalars(select(Caixa.id)).one()
        assert [boxes.next_session(db, number) for _ in range(4)] == [999_999, 100_000, 100_001, 100_002]


def test_a_box_that_left_the_settings_is_asked_no_more(shop: HubServer, configure: Configure) -> None:
    boxes.prepare()
    with_boxes(configure, box(shop, "loja-2", 2))
    assert [found.caixa for found in check.verificar_vencidas()] == ["loja-2"]
    with pytest.raises(NotFound, match="Seria 'loja-2'"):
        check.verificar("loja-1")


def test_what_a_killed_process_was_asking_is_asked_again_at_once(shop: HubServer) -> None:
    from claims.holder import host

    boxes.prepare()
    with transaction() as db:
        claim(db, configured(), 10, f"{host()}|999999999|1|morto", FixedClock(SYSTEM.now()), early=True)
    assert len(check.verificar_vencidas()) == 2


def test_twenty_polls_of_one_problem_notify_once(shop: HubServer) -> None:
    shop.program(1, wrong_clock)
    for _ in range(20):
        check.verificar("loja-1")
    assert shop.count(1) == 20
    assert event_names() == ["alerta_aberto"]
