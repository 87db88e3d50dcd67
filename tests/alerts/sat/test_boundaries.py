"""Every limit of the conditions that look at one or two fields.

docs/reference/contracts/sat.md §4.4 to §4.11.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import Avaliacao, Contexto, avaliar
from connectors.sat.status import parse
from core.errors import PlatformError
from core.settings.sat import Thresholds
from sandbox.sat_wire import chave, status_line

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
SHOP = ZoneInfo("America/Sao_Paulo")
CODES = {
    *("pendentes", "certificado", "relogio", "bloqueado", "rede", "bateria", "memoria", "silencio_sefaz", "serie"),
    *("aviso_sefaz", "apos_fim_sat"),
}


def judged(codigo: str, contexto: Contexto | None = None, **campos: Any) -> Avaliacao:
    """Judge one condition of a healthy box with some fields replaced."""
    contexto = contexto or Contexto(NOON, SHOP)
    found = avaliar(parse(status_line(agora=contexto.agora, **campos)), contexto)
    (one,) = [one for one in found if one.codigo == codigo]
    assert one.erro is None
    return one


def test_a_healthy_box_is_judged_by_every_condition_and_none_is_active() -> None:
    found = avaliar(parse(status_line(agora=NOON)), Contexto(NOON, SHOP, Thresholds()))
    assert {one.codigo for one in found} == CODES
    assert [one.codigo for one in found if one.ativo or one.erro] == []


@pytest.mark.parametrize(
    ("estado", "ativo", "dito"),
    [
        ("0", False, ""),
        ("", False, ""),
        ("x", False, ""),
        ("1", True, "pela SEFAZ"),
        ("2", True, "pelo contribuinte"),
        ("3", True, "por si mesmo"),
        ("4", True, "para desativação"),
        ("9", True, "desconhecido (9)"),
    ],
)
def test_any_state_but_zero_stops_sales(estado: str, ativo: bool, dito: str) -> None:
    one = judged("bloqueado", ESTADO_OPERACAO=estado)
    assert (one.ativo, one.severidade) == (ativo, "critico")
    assert dito in one.mensagem


@pytest.mark.parametrize(
    ("texto", "ativo"),
    [
        ("CONECTADO", False),
        (" conectado\n", False),
        ("", False),
        (None, False),
        ("NÃO CONECTADO", True),
        ("NAO_CONECTADO", True),
        ("NÃO_CONECTADO", True),
        ("NAO CONECTADO", True),
        ("DESCONECTADO", True),
        ("CONECTADO?", True),
    ],
)
def test_anything_but_connected_is_no_network(texto: str | None, ativo: bool) -> None:
    assert judged("rede", STATUS_LAN=texto).ativo is ativo


@pytest.mark.parametrize(
    ("texto", "ativo"),
    [("ALTO", False), ("MÉDIO", False), ("", False), ("??", False), ("BAIXO", True), (" baixo ", True)],
)
def test_only_a_low_battery_is_told(texto: str, ativo: bool) -> None:
    assert judged("bateria", NIVEL_BATERIA=texto).ativo is ativo


@pytest.mark.parametrize(
    ("total", "usada", "ativo", "severidade", "razao"),
    [
        ("100 MB", "63 MB", False, "aviso", 0.63),
        ("100 MB", "80 MB", False, "aviso", 0.8),
        ("1000 MB", "801 MB", True, "aviso", 0.801),
        ("100", "90", True, "aviso", 0.9),
        ("1000", "901", True, "critico", 0.901),
        ("100", "100", True, "critico", 1.0),
        ("8 GB", "7,5 GB", True, "critico", 0.9375),
        ("8 Gbyte", "7680Mbytes", True, "critico", 0.9375),
        ("1 MB", "922746 bytes", True, "aviso", 0.88),
        ("1.5 KB", "1,3 kbytes", True, "aviso", 0.8667),
        ("2 mb", "1 GB", False, "aviso", None),
        ("0", "0", False, "aviso", None),
        ("", "10", False, "aviso", None),
        ("8 GB", "", False, "aviso", None),
        ("muita", "pouca", False, "aviso", None),
        ("8 TB", "7 TB", False, "aviso", None),
        ("-8 GB", "7 GB", False, "aviso", None),
        ("٨ GB", "7 GB", False, "aviso", None),
    ],
)
def test_memory_is_a_share_of_sizes_in_any_unit(
    total: str, usada: str, ativo: bool, severidade: str, razao: float | None
) -> None:
    one = judged("memoria", MT_TOTAL=total, MT_USADA=usada)
    assert (one.ativo, one.severidade, one.valores) == (ativo, severidade, {"razao": razao})


DAY = 86_400


@pytest.mark.parametrize(
    ("segundos", "ativo", "severidade"),
    [
        (0, False, "aviso"),
        (3 * DAY, False, "aviso"),
        (3 * DAY + 1, True, "aviso"),
        (7 * DAY, True, "aviso"),
        (7 * DAY + 1, True, "critico"),
        (-DAY, False, "aviso"),
    ],
)
@pytest.mark.usefixtures("worker_zone")
def test_silence_counts_on_the_clock_of_the_box(segundos: int, ativo: bool, severidade: str) -> None:
    clock = datetime(2026, 3, 10, 12)  # noqa: DTZ001 - the box tells no zone
    one = judged("silencio_sefaz", DH_ATUAL=clock, DH_ULTIMA=clock - timedelta(seconds=segundos))
    assert (one.ativo, one.severidade, one.valores) == (ativo, severidade, {"segundos": segundos})


@pytest.mark.parametrize("ultima", [None, "0" * 14, "ontem"])
def test_a_box_that_never_spoke_to_sefaz_is_not_silent(ultima: str | None) -> None:
    one = judged("silencio_sefaz", DH_ULTIMA=ultima)
    assert (one.ativo, one.valores) == (False, {"segundos": None})


@pytest.mark.parametrize(
    ("esperada", "lida", "ativo"),
    [
        (None, "900001234", False),
        ("900001234", "900001234", False),
        ("000001234", "1234", False),
        ("900001234", "", False),
        ("900001234", "900001235", True),
    ],
)
def test_another_serial_is_another_box(esperada: str | None, lida: str, ativo: bool) -> None:
    one = judged("serie", Contexto(NOON, SHOP, serie=esperada), NSERIE=lida)
    assert (one.ativo, one.severidade) == (ativo, "critico")


@pytest.mark.parametrize(
    ("cod", "texto", "ativo"),
    [("", "", False), (" ", "\n", False), ("001", "", True), ("", "Atualize", True), ("001", "Atualize", True)],
)
def test_a_notice_of_sefaz_is_shown(cod: str, texto: str, ativo: bool) -> None:
    one = judged("aviso_sefaz", cod=cod, mensagemSEFAZ=texto)
    assert one.ativo is ativo
    assert texto.strip() in one.mensagem


@pytest.mark.parametrize(
    ("ultimo", "ativo"),
    [
        (chave(1, aamm="2512"), False),
        (chave(1, aamm="2601"), True),
        (chave(1, aamm="2612"), True),
        (chave(1, aamm="2601", uf="23"), False),
        (chave(1, aamm="2601")[:-1] + "x", False),
        ("", False),
        ("0" * 44, False),
    ],
)
def test_documents_of_sao_paulo_after_2025_are_told(ultimo: str, ativo: bool) -> None:
    assert judged("apos_fim_sat", ULTIMO_CF_E_SAT=ultimo).ativo is ativo


def test_a_box_may_have_limits_of_its_own() -> None:
    tight = Thresholds(
        certificate_days=10_000, clock_seconds=0, memory_warning=0.1, memory_critical=0.2, silence_warning_days=0.001
    )
    found = avaliar(parse(status_line(agora=NOON)), Contexto(NOON + timedelta(seconds=1), SHOP, tight))
    assert {one.codigo for one in found if one.ativo} == {"certificado", "relogio", "memoria", "silencio_sefaz"}
    assert {one.severidade for one in found if one.codigo == "memoria"} == {"critico"}


def test_a_message_says_since_when() -> None:
    opened = NOON - timedelta(days=2)
    one = judged("rede", Contexto(NOON, SHOP, abertos={"rede": opened}), STATUS_LAN="NAO_CONECTADO")
    assert "desde 08/03/2026 12:00" in one.mensagem
    assert "desde 10/03/2026 12:00" in judged("rede", STATUS_LAN="NAO_CONECTADO").mensagem


@given(
    st.lists(st.text(max_size=20), min_size=20, max_size=24), st.sampled_from(["10000", "10001", "10098", "abc", ""])
)
def test_whatever_a_box_says_only_its_check_is_spoilt(fields: list[str], code: str) -> None:
    line = "|".join(["123456", code, "m", "", "", *fields])
    try:
        resposta = parse(line)
    except PlatformError:
        return
    for one in avaliar(resposta, Contexto(NOON, SHOP, Thresholds(), "900001234")):
        assert one.erro is None
