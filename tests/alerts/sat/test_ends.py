"""What is told when a condition is over: what is well again, not what to do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts import Contexto, avaliar
from connectors.sat.status import parse
from core.settings.sat import Thresholds
from sandbox.sat_wire import NSERIE, status_line

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
CODES = (
    *("pendentes", "certificado", "relogio", "bloqueado", "rede", "bateria", "memoria", "silencio_sefaz", "serie"),
    *("aviso_sefaz", "apos_fim_sat"),
)
ADVICE = ("Verifique", "Renove", "Confira", "Siga", "Passe", "Deixe", "procure", "Restabeleça", "Desbloqueie")
EMPTY = {
    "NIVEL_BATERIA": "",
    "STATUS_LAN": "",
    "DH_ATUAL": "",
    "DH_ULTIMA": "",
    "CERT_VENCIMENTO": "",
    "ESTADO_OPERACAO": "",
    "MT_TOTAL": "",
    "NSERIE": "",
}


def ends(**fields: object) -> dict[str, str]:
    """Return what each condition says of its end, on an answer after which none is true."""
    opened = dict.fromkeys(CODES, NOON - timedelta(hours=1))
    contexto = Contexto(NOON, ZoneInfo("America/Sao_Paulo"), Thresholds(), NSERIE, opened)
    judged = avaliar(parse(status_line(agora=NOON, **fields)), contexto)  # type: ignore[arg-type]
    assert not any(one.ativo or one.erro for one in judged)
    return {one.codigo: one.resolvido for one in judged}


@pytest.mark.parametrize("fields", [{}, EMPTY], ids=["healthy", "silent"])
@pytest.mark.parametrize("codigo", CODES)
def test_each_end_is_a_sentence_without_advice(codigo: str, fields: dict[str, object]) -> None:
    said = ends(**fields)[codigo]
    assert said.endswith(".")
    assert not any(word in said for word in ADVICE)


def test_it_says_how_it_is_now() -> None:
    said = ends(CERT_VENCIMENTO="20310131")
    assert said["certificado"] == "O certificado do equipamento vale até 31/01/2031."
    assert said["relogio"].startswith("O relógio do equipamento está acertado")
    assert said["bloqueado"] == "O equipamento está desbloqueado e volta a vender."


def test_of_what_was_not_open_nothing_is_said() -> None:
    judged = avaliar(parse(status_line(agora=NOON)), Contexto(NOON))
    assert {one.resolvido for one in judged} == {""}
