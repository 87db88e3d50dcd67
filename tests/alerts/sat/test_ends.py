"""What is told when a condition is over: what is well again, not what to do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts import Avaliacao, Contexto, avaliar
from connectors.sat.status import parse
from core.settings.sat import Thresholds
from sandbox.sat_wire import NSERIE, chave, status_line

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
CODES = (
    *("pendentes", "certificado", "relogio", "bloqueado", "rede", "bateria", "memoria", "silencio_sefaz", "serie"),
    *("aviso_sefaz", "apos_fim_sat"),
)
ADVICE = ("Verifique", "Renove", "Confira", "Siga", "Passe", "Deixe", "procure", "Restabeleça", "Desbloqueie")
UNREADABLE = [
    ("bateria", {"NIVEL_BATERIA": ""}),
    ("bateria", {"NIVEL_BATERIA": "?\ufffd"}),
    ("rede", {"STATUS_LAN": " "}),
    ("relogio", {"DH_ATUAL": "20260230120000"}),
    ("silencio_sefaz", {"DH_ATUAL": ""}),
    ("silencio_sefaz", {"DH_ULTIMA": "ontem"}),
    # the clock of the box was set back, as by an empty battery
    ("silencio_sefaz", {"DH_ULTIMA": "20260311120000"}),
    ("certificado", {"CERT_VENCIMENTO": "20319931"}),
    ("bloqueado", {"ESTADO_OPERACAO": "x"}),
    ("memoria", {"MT_TOTAL": "0"}),
    ("memoria", {"MT_USADA": "muita"}),
    ("serie", {"NSERIE": ""}),
    ("apos_fim_sat", {"ULTIMO_CF_E_SAT": ""}),
    ("apos_fim_sat", {"ULTIMO_CF_E_SAT": chave(1, aamm="2601")[:-1] + "x"}),
]


def judged(serie: str = NSERIE, **fields: object) -> dict[str, Avaliacao]:
    """Judge an answer after which no condition is true, while the alerts of all are open."""
    opened = dict.fromkeys(CODES, NOON - timedelta(hours=1))
    contexto = Contexto(NOON, ZoneInfo("America/Sao_Paulo"), Thresholds(), serie, opened)
    found = avaliar(parse(status_line(agora=NOON, **fields)), contexto)  # type: ignore[arg-type]
    assert not any(one.ativo for one in found)
    return {one.codigo: one for one in found}


def ends(**fields: object) -> dict[str, str]:
    """Return what each condition says of its end."""
    found = judged(**fields)
    assert not any(one.erro for one in found.values())
    return {codigo: one.resolvido for codigo, one in found.items()}


@pytest.mark.parametrize("codigo", CODES)
def test_each_end_is_a_sentence_without_advice(codigo: str) -> None:
    said = ends()[codigo]
    assert said.endswith(".")
    assert not any(word in said for word in ADVICE)


@pytest.mark.parametrize(("codigo", "fields"), UNREADABLE)
def test_what_cannot_be_read_ends_no_alert(codigo: str, fields: dict[str, object]) -> None:
    """Unreadable is not well again: the alert stays open, and nobody is told that it is over."""
    one = judged(**fields)[codigo]
    assert one.erro is not None
    assert (one.ativo, one.resolvido) == (False, "")
    assert one.of("caixa 1", {}, calado=False).desconhecido == one.erro


@pytest.mark.parametrize(("codigo", "fields"), UNREADABLE)
def test_what_cannot_be_read_is_no_fault_where_no_alert_is_open(codigo: str, fields: dict[str, object]) -> None:
    found = avaliar(parse(status_line(agora=NOON, **fields)), Contexto(NOON))  # type: ignore[arg-type]
    assert [one.erro for one in found if one.codigo == codigo] == [None]


def test_a_box_without_documents_has_none_after_the_end() -> None:
    assert "não é mais" in ends(ULTIMO_CF_E_SAT="0" * 44)["apos_fim_sat"]


@pytest.mark.parametrize("serie", ["", " ", "000"])
def test_without_a_serial_number_to_expect_any_box_is_right(serie: str) -> None:
    assert judged(serie=serie, NSERIE="")["serie"].erro is None


def test_it_says_how_it_is_now() -> None:
    said = ends(CERT_VENCIMENTO="20310131")
    assert said["certificado"] == "O certificado do equipamento vale até 31/01/2031."
    assert said["relogio"].startswith("O relógio do equipamento está acertado")
    assert said["bloqueado"] == "O equipamento está desbloqueado e volta a vender."


def test_of_what_was_not_open_nothing_is_said() -> None:
    judged = avaliar(parse(status_line(agora=NOON)), Contexto(NOON))
    assert {one.resolvido for one in judged} == {""}
