"""A box that cannot be reached: told after some checks, not while it is busy or its shop is closed, for ever not asked
with a wrong code."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Configure
from support.boxes import box, events, opened, rounds, row, told, with_boxes

from core.clock import SYSTEM, FixedClock
from core.errors import Conflict
from flows.sat import boxes, check, parking, silences
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.sat_wire import refusal_line, status_line

BUSY = refusal_line("10098", "Equipamento ocupado")
SUNDAY = datetime(2030, 3, 3, 15, tzinfo=UTC)
MONDAY = datetime(2030, 3, 4, 15, tzinfo=UTC)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(everywhere=True) as running:
        yield running


@pytest.fixture
def shop(hub: HubServer, configure: Configure, banco: str) -> HubServer:
    with_boxes(configure, box(hub, "loja-1", 1))
    return hub


@pytest.mark.parametrize(
    "fault",
    [faults.silent(), faults.reset(), faults.html(), faults.status(500, "{}"), faults.garbage()],
    ids=["silent", "reset", "html", "500", "garbage"],
)
def test_it_is_told_after_three_checks_and_once(shop: HubServer, fault: faults.Fault) -> None:
    shop.faults.always(fault, key=1)
    clock = rounds(2)
    assert told() == []
    rounds(4, clock)
    assert told() == [("alerta_aberto", "loja-1", "inalcancavel")]
    assert row("loja-1").falhas_seguidas == 6
    shop.faults.clear(1)
    rounds(2, clock)
    assert told()[1:] == [("alerta_resolvido", "loja-1", "inalcancavel")]
    assert (row("loja-1").falhas_seguidas, row("loja-1").falhando_desde) == (0, None)


@pytest.mark.parametrize("line", [refusal_line("10099"), refusal_line("08000"), "nada", "", None], ids=repr)
def test_answers_that_are_none_count_as_failures(shop: HubServer, line: str | None) -> None:
    shop.program(1, line)
    rounds(3)
    assert told() == [("alerta_aberto", "loja-1", "inalcancavel")]


def test_an_answer_in_between_begins_the_count_anew(shop: HubServer) -> None:
    clock = None
    for answer in (None, None, status_line, None, None):
        shop.program(1, answer)
        clock = rounds(1, clock)
    assert told() == []


def test_the_message_says_since_when_what_and_what_to_do(shop: HubServer) -> None:
    shop.faults.always(faults.status(500, "{}"), key=1)
    rounds(3)
    (_, said), begun = events()[0], row("loja-1").falhando_desde
    assert begun
    assert "desde" in said["mensagem"]
    assert "HTTP 500" in said["mensagem"]
    assert "Verifique" in said["mensagem"]
    assert said["severidade"] == "critico"


def test_how_many_checks_it_takes_is_a_setting_of_all_and_of_each_box(
    hub: HubServer, configure: Configure, sqlite: str
) -> None:
    configure(sat__thresholds__unreachable_times="2")
    own = {"thresholds": {"unreachable_times": 1}}
    with_boxes(configure, box(hub, "a", 1, host="127.0.0.1", **own), box(hub, "b", 2, host="localhost"))
    hub.faults.always(faults.reset())
    clock = rounds(1)
    assert [objeto for _, objeto, _ in told()] == ["a"]
    rounds(1, clock)
    assert [objeto for _, objeto, _ in told()] == ["a", "b"]


def test_a_busy_box_only_delays(shop: HubServer) -> None:
    shop.program(1, BUSY)
    clock = FixedClock(SYSTEM.now() + timedelta(seconds=1))
    assert [found.resultado for found in check.verificar_vencidas(clock)] == ["ocupada"]
    clock.advance(21)
    assert len(check.verificar_vencidas(clock)) == 1
    clock.advance(21)
    assert check.verificar_vencidas(clock) == []
    rounds(5, clock)
    assert told() == []
    assert row("loja-1").falhas_seguidas == 0


def test_busy_neither_ends_nor_adds_to_a_row_of_failures(shop: HubServer) -> None:
    clock = None
    for answer in (None, None, BUSY, None):
        shop.program(1, answer)
        clock = rounds(1, clock)
    assert told() == [("alerta_aberto", "loja-1", "inalcancavel")]
    shop.program(1, BUSY)
    rounds(1, clock)
    assert opened() == [("loja-1", "inalcancavel")]


def test_a_box_that_is_nothing_but_busy_is_told_after_half_an_hour_and_once(shop: HubServer) -> None:
    shop.program(1, "005877|10098|0000|SAT em processamento. Tente novamente.||")
    clock = rounds(4)
    assert told() == []
    rounds(6, clock)
    assert told() == [("alerta_aberto", "loja-1", "ocupada")]
    said = events()[0][1]
    assert said["severidade"] == "critico"
    assert "desligue-o e ligue-o" in said["mensagem"]
    assert row("loja-1").ocupada_desde is not None
    shop.program(1, lambda sessao: status_line(sessao, agora=clock.now()))
    rounds(2, clock)
    assert told()[1:] == [("alerta_resolvido", "loja-1", "ocupada")]
    assert events()[1][1]["mensagem"] == "Resolvido: O equipamento não está mais ocupado."
    assert row("loja-1").ocupada_desde is None


def test_a_box_that_answers_in_between_is_not_busy_for_ever(shop: HubServer) -> None:
    clock = rounds(0)
    for answer in (BUSY, BUSY, BUSY, BUSY, lambda sessao: status_line(sessao, agora=clock.now())) * 3:
        shop.program(1, answer)
        rounds(1, clock)
    assert told() == []


def test_a_box_that_was_busy_before_a_pause_of_ours_and_after_it_was_not_so_all_the_while(shop: HubServer) -> None:
    shop.program(1, BUSY)
    clock = rounds(1)
    clock.advance(timedelta(hours=12).total_seconds())
    rounds(4, clock)
    assert told() == []
    rounds(3, clock)
    assert told() == [("alerta_aberto", "loja-1", "ocupada")]
    # and what is told is not over because of a pause
    clock.advance(timedelta(hours=12).total_seconds())
    rounds(1, clock)
    assert opened() == [("loja-1", "ocupada")]


def test_how_long_a_box_may_be_busy_is_a_setting_of_all_and_of_each_box(
    hub: HubServer, configure: Configure, sqlite: str
) -> None:
    configure(sat__thresholds__busy_minutes="60")
    with_boxes(configure, box(hub, "a", 1, thresholds={"busy_minutes": 5}), box(hub, "b", 2))
    hub.program(1, BUSY)
    hub.program(2, BUSY)
    clock = rounds(6)
    assert told() == [("alerta_aberto", "a", "ocupada")]
    rounds(6, clock)
    assert told()[1:] == [("alerta_aberto", "b", "ocupada")]


def test_a_wrong_activation_code_is_told_at_once_and_the_box_is_asked_no_more(shop: HubServer) -> None:
    shop.program(1, refusal_line("10001", "Código de ativação inválido"))
    rounds(4)
    assert told() == [("alerta_aberto", "loja-1", "inalcancavel")]
    assert "não é mais consultada" in events()[0][1]["mensagem"]
    assert shop.count(1) == 1


def test_a_box_that_was_unreachable_is_told_when_it_is_parked(shop: HubServer) -> None:
    shop.faults.always(faults.reset(), key=1)
    clock = rounds(3)
    shop.faults.clear(1)
    shop.program(1, refusal_line("10001", "Código de ativação inválido"))
    rounds(3, clock)
    assert [(name, said["agravado"]) for name, said in events()] == [("alerta_aberto", False), ("alerta_aberto", True)]
    said = events()[1][1]["mensagem"]
    assert "na configuração do próprio SATHub" in said
    assert "esteira sat reativar loja-1" in said


def test_a_box_that_was_silent_when_it_was_parked_is_told_when_the_silence_ends(shop: HubServer) -> None:
    clock = FixedClock(SYSTEM.now() + timedelta(seconds=1))
    boxes.prepare()
    silences.silenciar("loja-1", (clock.now() + timedelta(hours=1)).isoformat(), clock)
    shop.program(1, refusal_line("10001", "Código de ativação inválido"))
    rounds(3, clock)
    assert told() == []
    clock.advance(3600)
    rounds(3, clock)
    assert told() == [("alerta_aberto", "loja-1", "inalcancavel")]
    assert shop.count(1) == 1


def test_a_parked_box_is_asked_again_when_somebody_says_so(shop: HubServer) -> None:
    boxes.prepare()
    with pytest.raises(Conflict, match="não está parada"):
        parking.reactivate("loja-1")
    shop.program(1, refusal_line("10001", "Código de ativação inválido"))
    assert check.verificar("loja-1").resultado == "parada"
    assert "esteira sat reativar loja-1" in (check.verificar("loja-1").erro or "")
    shop.program(1, status_line)
    parking.reactivate("loja-1")
    assert check.verificar("loja-1").resultado == "ok"
    assert told() == [(event, "loja-1", "inalcancavel") for event in ("alerta_aberto", "alerta_resolvido")]
    assert events()[1][1]["mensagem"] == "Resolvido: O equipamento responde de novo."


def test_a_closed_shop_is_not_unreachable(hub: HubServer, configure: Configure, banco: str) -> None:
    with_boxes(configure, box(hub, "loja-1", 1, opening_hours=["seg-sab 08:00-22:00"]))
    hub.faults.always(faults.reset())
    rounds(5, FixedClock(SUNDAY))
    assert told() == []
    rounds(3, FixedClock(MONDAY))
    assert told() == [("alerta_aberto", "loja-1", "inalcancavel")]
    rounds(1, FixedClock(SUNDAY + timedelta(days=7)))
    assert opened() == [("loja-1", "inalcancavel")]


def test_an_answer_of_a_closed_shop_is_judged_as_any(hub: HubServer, configure: Configure, sqlite: str) -> None:
    with_boxes(configure, box(hub, "loja-1", 1, opening_hours=["seg-sab 08:00-22:00"]))
    hub.program(1, lambda sessao: status_line(sessao, agora=SUNDAY, ESTADO_OPERACAO=1))
    rounds(1, FixedClock(SUNDAY))
    assert ("alerta_aberto", "loja-1", "bloqueado") in told()


def test_boxes_that_began_together_spread_over_the_interval(hub: HubServer, configure: Configure, sqlite: str) -> None:
    with_boxes(configure, *(box(hub, f"loja-{n}", n, interval_seconds=300) for n in range(40)))
    clock = FixedClock(SYSTEM.now() + timedelta(seconds=1))
    boxes.prepare()
    for _ in range(6 * 300 // 10):
        check.verificar_vencidas(clock)
        clock.advance(10)
    due = sorted((row(f"loja-{n}").due_at - clock.now()).total_seconds() for n in range(40))
    assert due[-1] - due[0] > 200
    assert due[-1] <= 330
    assert hub.count(7) in (6, 7)


def test_a_box_that_left_the_settings_leaves_no_alert_behind(shop: HubServer, configure: Configure) -> None:
    shop.faults.always(faults.reset())
    rounds(3)
    with_boxes(configure, box(shop, "loja-2", 2))
    boxes.prepare(leaving=True)
    assert opened() == []
    assert len(told()) == 1
