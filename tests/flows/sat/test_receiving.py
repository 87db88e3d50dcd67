"""What agents send of boxes that are not asked from here: judged as one of our own, once, and late ones not as now."""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import Configure
from sqlalchemy import func, select
from support.boxes import events, opened, row, told, with_boxes

from core.caller import OPERATOR, Caller
from core.clock import FixedClock
from core.errors import Conflict, NotFound
from flows.sat import boxes, check, logs, parking, receiving
from flows.sat.receiving import Leitura, Recebida
from flows.sat.views import history
from sandbox.sat_wire import VAZIA, refusal_line, status_line
from storage.models.sat import CaixaHistorico
from storage.session import reading

USB: dict[str, object] = {"name": "usb-1", "kind": "agente", "usuario": "ana", "loja": "7"}
ANA = Caller(1)


@pytest.fixture
def clock(banco: str, configure: Configure) -> FixedClock:
    """One box that ana's agent reads."""
    with_boxes(configure, USB)
    time = FixedClock(datetime(2030, 3, 4, 15, tzinfo=UTC))
    boxes.prepare(time)
    return time


def line(clock: FixedClock, ago: float = 0, **fields: object) -> str:
    wall = clock.now() - timedelta(seconds=ago)
    return status_line(agora=wall, **{"ULTIMO_CF_E_SAT": VAZIA, **fields})  # type: ignore[arg-type]


def read(clock: FixedClock, name: str, ago: float = 0, **fields: object) -> Leitura:
    return Leitura(ago, name, line(clock, ago, **fields), 123456)


def send(clock: FixedClock, *readings: Leitura, nome: str = "usb-1") -> list[Recebida]:
    return receiving.receber(nome, readings, "ana", ANA, clock)


def situations(found: list[Recebida]) -> list[str]:
    return [one.situacao for one in found]


def seen() -> list[tuple[str, str]]:
    return [(one.resultado, ",".join(one.alertas)) for one in reversed(history("usb-1").itens)]


def test_a_reading_opens_and_closes_the_alerts_that_one_of_our_own_would(clock: FixedClock) -> None:
    (found,) = send(clock, read(clock, "1", STATUS_LAN="NAO_CONECTADO"))
    assert (found.situacao, found.resultado, found.alertas) == ("aplicada", "ok", ("rede",))
    clock.advance(300)
    send(clock, read(clock, "2", STATUS_LAN="NAO_CONECTADO"))
    clock.advance(300)
    send(clock, read(clock, "3"))
    assert told() == [("alerta_aberto", "usb-1", "rede"), ("alerta_resolvido", "usb-1", "rede")]
    assert events()[0][1]["rotulos"] == {"loja": "7"}
    kept = row("usb-1")
    assert (kept.resultado, kept.verificada_em, kept.lease_token) == ("ok", clock.now(), None)
    assert kept.resposta == line(clock)


def test_one_reading_sent_many_times_costs_nothing(clock: FixedClock) -> None:
    one = read(clock, "1", NIVEL_BATERIA="BAIXO")
    send(clock, one)
    before = row("usb-1")
    clock.advance(7)
    again = Leitura(7, one.leitura, one.linha)
    assert situations(send(clock, again, again)) == ["repetida", "repetida"]
    after = row("usb-1")
    assert (after.verificada_em, after.due_at, after.sessao) == (before.verificada_em, before.due_at, before.sessao)
    assert len(told()) == 1


def test_without_a_name_its_line_tells_a_reading_from_others(clock: FixedClock) -> None:
    assert situations(send(clock, Leitura(0, linha=line(clock)))) == ["aplicada"]
    assert situations(send(clock, Leitura(0, linha=line(clock)))) == ["repetida"]
    clock.advance(5)
    assert situations(send(clock, Leitura(0, linha=line(clock)))) == ["aplicada"]


def test_an_older_reading_changes_nothing(clock: FixedClock) -> None:
    send(clock, read(clock, "2"))
    assert situations(send(clock, read(clock, "1", 100, ESTADO_OPERACAO=1))) == ["antiga"]
    assert (told(), seen()) == ([], [("ok", "")])


def test_what_comes_late_goes_into_the_history_at_its_own_time_and_raises_nothing(clock: FixedClock) -> None:
    send(clock, read(clock, "0"))
    began = clock.now()
    clock.advance(3 * 3600)
    late = [
        read(clock, "1", 10_000),
        read(clock, "2", 9_000, ESTADO_OPERACAO=1),
        read(clock, "3", 8_700, ESTADO_OPERACAO=1),
        Leitura(5_000, "4", resultado="inalcancavel", erro="a biblioteca não respondeu em 30 s."),
    ]
    found = send(clock, *late, read(clock, "5"))
    assert situations(found) == ["atrasada"] * 4 + ["aplicada"]
    assert told() == []
    assert seen() == [("ok", ""), ("ok", "bloqueado"), ("inalcancavel", "bloqueado"), ("ok", "")]
    times = [one.em for one in reversed(history("usb-1").itens)]
    assert times == [began, *(clock.now() - timedelta(seconds=ago) for ago in (9_000, 5_000, 0))]
    assert situations(send(clock, *late)) == ["antiga"] * 4


def test_a_late_reading_stands_before_what_was_noted_since(clock: FixedClock) -> None:
    send(clock, read(clock, "0"))
    for _ in range(4):
        clock.advance(700)
        check.verificar_vencidas(clock)
    send(clock, read(clock, "1", 2_500, ESTADO_OPERACAO=1))
    assert seen() == [("ok", ""), ("ok", "bloqueado"), ("inalcancavel", ""), ("inalcancavel", "inalcancavel")]
    first = history("usb-1", limite=3)
    rest = history("usb-1", limite=3, depois=int(first.depois or 0))
    assert [one.resultado for one in rest.itens] == ["ok"]
    assert row("usb-1").resultado == "inalcancavel"


def test_readings_of_one_message_are_taken_the_oldest_first(clock: FixedClock) -> None:
    found = send(clock, read(clock, "2"), read(clock, "1", 300, STATUS_LAN="NAO"))
    assert [one.leitura for one in found] == ["2", "1"]
    assert situations(found) == ["aplicada", "aplicada"]
    assert (opened(), len(told())) == ([], 2)


def test_the_box_s_clock_is_held_against_ours_at_the_time_of_the_reading(clock: FixedClock) -> None:
    assert send(clock, read(clock, "1", 500))[0].alertas == ()
    clock.advance(300)
    wrong = Leitura(0, "2", line(clock, 7200))
    assert send(clock, wrong)[0].alertas == ("relogio",)


def test_a_box_that_is_not_heard_is_told_and_hearing_it_ends_that(clock: FixedClock) -> None:
    send(clock, read(clock, "1"))
    clock.advance(599)
    assert check.verificar_vencidas(clock) == []
    clock.advance(2)
    for _ in range(3):
        check.verificar_vencidas(clock)
        clock.advance(400)
    assert told() == [("alerta_aberto", "usb-1", "inalcancavel")]
    assert "o agente da caixa não envia leituras há mais de 10 minutos" in events()[0][1]["mensagem"]
    send(clock, read(clock, "2"))
    assert told()[1:] == [("alerta_resolvido", "usb-1", "inalcancavel")]


def test_a_start_after_a_long_stop_gives_agents_time_to_send_what_they_kept(clock: FixedClock) -> None:
    send(clock, read(clock, "1"))
    clock.advance(7200)
    boxes.check_all_soon(clock)
    assert check.verificar_vencidas(clock) == []
    clock.advance(600)
    assert [one.resultado for one in check.verificar_vencidas(clock)] == ["inalcancavel"]


def test_what_an_agent_could_not_read_is_what_it_would_be_here(clock: FixedClock) -> None:
    cases: list[tuple[dict[str, object], str]] = [
        ({"linha": refusal_line("10098", "Ocupado")}, "ocupada"),
        ({"linha": refusal_line("10001", "Código errado")}, "parada"),
        ({"linha": refusal_line("10099", "Erro")}, "inalcancavel"),
        ({"linha": refusal_line("08000", "Ok")}, "inalcancavel"),
        ({"linha": "nada"}, "inalcancavel"),
        ({"linha": ""}, "inalcancavel"),
        ({"linha": status_line(7), "sessao": 8}, "inalcancavel"),
        ({"linha": "\ud800|10000|" + "|" * 24}, "inalcancavel"),
        *(({"resultado": one, "erro": "x\x1b[2J\0" * 999}, one) for one in receiving.FAULTS),
        ({"resultado": "inalcancavel", "erro": "\ud800"}, "inalcancavel"),
    ]
    for number, (given, resultado) in enumerate(cases):
        clock.advance(300)
        (found,) = send(clock, Leitura(0, str(number), **given))  # type: ignore[arg-type]
        assert (given, found.situacao, found.resultado) == (given, "aplicada", resultado)
        said = row("usb-1").erro or ""
        assert said.startswith("Caixa usb-1: ")
        assert said.isprintable()
        assert len(said) <= 500


def test_a_reading_that_says_nothing_costs_only_itself(clock: FixedClock) -> None:
    cases: list[dict[str, str]] = [{}, {"linha": "a", "erro": "b"}, {"erro": "b"}, {"erro": "b", "resultado": "ok"}]
    found = send(clock, *(Leitura(5, f"x{n}", **one) for n, one in enumerate(cases)), read(clock, "2"))  # type: ignore[arg-type]
    assert situations(found) == ["recusada"] * 4 + ["aplicada"]
    assert {one.motivo for one in found[:4]} == {receiving.NEITHER}


def test_a_wrong_code_is_told_and_the_next_good_reading_ends_it(clock: FixedClock) -> None:
    send(clock, Leitura(0, "1", refusal_line("10001", "Código errado")))
    ((_, said),) = events()
    assert "Corrija a configuração da caixa na máquina do agente" in said["mensagem"]
    assert row("usb-1").parada
    with pytest.raises(Conflict, match="lida por um agente"):
        parking.reactivate("usb-1")
    clock.advance(60)
    send(clock, read(clock, "2"))
    assert not row("usb-1").parada
    assert opened() == []


def test_a_reading_is_taken_while_another_process_notes_that_none_came(clock: FixedClock) -> None:
    from flows.sat.known_boxes import configured
    from flows.sat.questions import claim
    from storage.session import transaction

    with transaction() as db:
        (held,) = claim(db, configured(), 1, "outro", clock, early=True)
    assert situations(send(clock, read(clock, "1"))) == ["aplicada"]
    checks = check.Due(clock)
    from claims.work import Turn
    from flows.sat.outcome import Asked, Verificacao

    checks.turn(Turn([Asked(held, Verificacao("usb-1", "inalcancavel", "Nada veio."))], 0))
    assert row("usb-1").resultado == "ok"


def test_only_the_user_of_the_box_may_send(clock: FixedClock, configure: Configure) -> None:
    with_boxes(configure, USB, {"name": "hub-1", "host": "10.0.0.1"})
    one = read(clock, "1")
    for nome in ("usb-1", "hub-1", "nada", "\ud800\0", "x" * 9999):
        with pytest.raises(NotFound) as caught:
            receiving.receber(nome, [one], "bia", Caller(2), clock)
        assert "Seria" not in str(caught.value)
    with pytest.raises(Conflict, match="só se lê com o token de ana"):
        receiving.receber("usb-1", [one], "chefe", OPERATOR, clock)
    with pytest.raises(Conflict, match="não é lida por um agente"):
        receiving.receber("hub-1", [one], "chefe", OPERATOR, clock)
    assert row("usb-1").leitura is None


def test_a_clock_that_was_put_back_here_keeps_no_reading_out(clock: FixedClock) -> None:
    send(clock, read(clock, "1"))
    clock.advance(-3600)
    assert situations(send(clock, read(clock, "2"))) == ["aplicada"]


def test_asked_for_by_name_it_tells_its_last_reading_and_its_alerts(clock: FixedClock) -> None:
    assert check.verificar("usb-1", clock).erro == "O agente da caixa ainda não enviou nenhuma leitura."
    send(clock, read(clock, "1", STATUS_LAN="NAO"))
    found = check.verificar("usb-1", clock)
    assert (found.resultado, [one.codigo for one in found.ativos]) == ("ok", ["rede"])
    assert row("usb-1").falhas_seguidas == 0
    with pytest.raises(Conflict, match="na máquina dele"):
        logs.extrair("usb-1")


def test_two_who_send_the_same_at_once_write_it_once(clock: FixedClock) -> None:
    from concurrent.futures import ThreadPoolExecutor

    one = read(clock, "1", STATUS_LAN="NAO")
    with ThreadPoolExecutor(8) as threads:
        found = [one for many in threads.map(lambda same: send(clock, same), [one] * 8) for one in many]
    assert sorted(situations(found)) == ["aplicada", *["repetida"] * 7]
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(CaixaHistorico)) == 1
