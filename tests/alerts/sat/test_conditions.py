"""The conditions that look at one or two fields, each by itself: odd words, missing fields, and what each one says.

Their limits on a whole answer are in `test_boundaries.py`.
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from alerts import AlertaOperacao, Contexto
from alerts.sat.apos_fim_sat import AlertaAposFimSat
from alerts.sat.aviso_sefaz import AlertaAvisoSefaz
from alerts.sat.bateria import AlertaBateria
from alerts.sat.bloqueado import AlertaBloqueado
from alerts.sat.rede import AlertaRede
from alerts.sat.serie import AlertaSerie
from alerts.sat.silencio_sefaz import AlertaSilencioSefaz
from core.settings.sat import Thresholds
from sandbox.sat_wire import chave

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
# The box tells no zone.
CLOCK = datetime(2026, 3, 10, 12)  # noqa: DTZ001
DESDE = "10/03/2026 12:00"


def looked(condition: type[AlertaOperacao], contexto: Contexto | None = None, **fields: Any) -> Any:
    """Judge one condition on an answer with these fields alone."""
    alerta = condition(SimpleNamespace(**fields))
    alerta.contexto = contexto or Contexto(NOON)
    assert alerta.checar() is alerta.ativo
    return alerta


@pytest.mark.parametrize("ultimo", [None, "", "   ", chave(1, aamm="2512"), chave(1, aamm="2601")[:-1]])
def test_no_key_or_one_of_before_the_end_is_no_document_of_after(ultimo: str | None) -> None:
    assert not looked(AlertaAposFimSat, ULTIMO_CF_E_SAT=ultimo).ativo


def test_a_document_of_after_the_end_is_told_with_its_month() -> None:
    alerta = looked(AlertaAposFimSat, ULTIMO_CF_E_SAT=f" {chave(1, aamm='2602')}\n")
    assert (alerta.ativo, alerta.severidade) == (True, "critico")
    assert f"emitiu CF-e-SAT em 02/2026, depois do fim da emissão em São Paulo (31/12/2025); visto desde {DESDE}. " in (
        alerta.mensagem()
    )


@pytest.mark.parametrize(
    ("cod", "texto", "said"),
    [
        ("001", None, f"Aviso da SEFAZ (001), desde {DESDE}: sem texto. Siga o que ela pede."),
        (" 001 ", " Atualize\n", f"Aviso da SEFAZ (001), desde {DESDE}: Atualize. Siga o que ela pede."),
        (None, "Atualize", f"Aviso da SEFAZ, desde {DESDE}: Atualize. Siga o que ela pede."),
        ("", "x" * 501, f"Aviso da SEFAZ, desde {DESDE}: {'x' * 500}. Siga o que ela pede."),
    ],
)
def test_a_notice_is_repeated_with_its_number_where_it_has_one(cod: str | None, texto: str | None, said: str) -> None:
    alerta = looked(AlertaAvisoSefaz, cod=cod, mensagemSEFAZ=texto)
    assert (alerta.ativo, alerta.mensagem()) == (True, said)


def test_without_a_notice_there_is_none() -> None:
    assert not looked(AlertaAvisoSefaz, cod=None, mensagemSEFAZ=None).ativo


@pytest.mark.parametrize(
    ("nivel", "active"), [(None, False), ("MUITO BAIXO", False), ("BAIXA", False), ("BÁIXO", True), ("_baixo_", True)]
)
def test_a_battery_is_low_where_that_very_word_is_said_however_it_is_written(nivel: str | None, active: bool) -> None:
    assert looked(AlertaBateria, NIVEL_BATERIA=nivel).ativo is active


@pytest.mark.parametrize(("nivel", "said"), [(" ALTO ", "'ALTO'"), ("x" * 31, f"'{'x' * 30}'")])
def test_the_end_of_a_low_battery_says_what_the_box_says(nivel: str | None, said: str) -> None:
    alerta = looked(AlertaBateria, NIVEL_BATERIA=nivel)
    assert alerta.resolvido() == f"A bateria do equipamento não está mais baixa (ele informa {said})."


@pytest.mark.parametrize(
    ("estado", "said"),
    [
        (1, "bloqueado pela SEFAZ. "),
        (2, "bloqueado pelo contribuinte. "),
        (3, "bloqueado por si mesmo, por falta de comunicação. "),
        (4, "bloqueado para desativação. "),
        (5, "em um estado desconhecido (5). Procure o fabricante."),
        (-1, "em um estado desconhecido (-1). Procure o fabricante."),
    ],
)
def test_each_state_of_a_blocked_box_has_its_own_advice(estado: int, said: str) -> None:
    alerta = looked(AlertaBloqueado, ESTADO_OPERACAO=estado)
    assert (alerta.ativo, alerta.valores) == (True, {"estado": estado})
    assert alerta.mensagem().startswith(f"O equipamento não vende desde {DESDE}: está {said}")


@pytest.mark.parametrize(("estado", "sells"), [(0, True), (None, False)])
def test_only_a_box_that_says_so_sells_again(estado: int | None, sells: bool) -> None:
    alerta = looked(AlertaBloqueado, ESTADO_OPERACAO=estado)
    assert not alerta.ativo
    assert alerta.legivel() is sells


@pytest.mark.parametrize(
    ("texto", "said"), [(" NAO_CONECTADO ", "'NAO_CONECTADO'"), ("x" * 61, f"'{'x' * 60}'"), ("a'b", '"a\'b"')]
)
def test_a_box_without_network_is_told_in_its_own_words(texto: str, said: str) -> None:
    alerta = looked(AlertaRede, STATUS_LAN=texto)
    assert alerta.ativo
    assert f"está sem rede desde {DESDE} (ele informa {said}). " in alerta.mensagem()


@pytest.mark.parametrize(
    ("texto", "known"),
    [
        ("Conectado", True),
        (" ", False),
        (None, False),
    ],
)
def test_only_a_box_that_says_so_has_its_network_back(texto: str | None, known: bool) -> None:
    alerta = looked(AlertaRede, STATUS_LAN=texto)
    assert (alerta.ativo, alerta.legivel()) == (False, known)


@pytest.mark.parametrize(
    ("esperada", "lida", "active"),
    [
        ("900001234", None, False),
        ("900001234", "   ", False),
        (" 900001234 ", "0900001234\n", False),
        # zeros alone are no number, on either side
        ("000000000", "900001234", False),
        ("900001234", "000000000", False),
        ("900001234", "900001240", True),
        ("90000123", "900001230", True),
    ],
)
def test_serial_numbers_are_compared_without_leading_zeros_and_blanks(
    esperada: str, lida: str | None, active: bool
) -> None:
    assert looked(AlertaSerie, Contexto(NOON, serie=esperada), NSERIE=lida).ativo is active


def test_another_box_is_told_by_both_numbers() -> None:
    alerta = looked(AlertaSerie, Contexto(NOON, serie=" 900001234"), NSERIE=f" {'7' * 31}")
    assert f"desde {DESDE}: série {'7' * 30} em vez de 900001234. " in alerta.mensagem()


@pytest.mark.parametrize(
    ("lida", "said"), [(" 900001234 ", "900001234"), ("", "não informada"), (None, "não informada")]
)
def test_the_end_names_the_box_that_answers_now(lida: str | None, said: str) -> None:
    alerta = looked(AlertaSerie, Contexto(NOON, serie="900001234"), NSERIE=lida)
    assert alerta.resolvido() == f"Responde o equipamento esperado, de série {said}."


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("silent", "active", "severidade"),
    [
        (DAY, False, "aviso"),
        (DAY + timedelta(seconds=1), True, "aviso"),
        (2 * DAY, True, "aviso"),
        (2 * DAY + timedelta(seconds=1), True, "critico"),
    ],
)
def test_the_limits_of_a_box_hold_for_its_silence(silent: timedelta, active: bool, severidade: str) -> None:
    tight = Contexto(NOON, limites=Thresholds(silence_warning_days=1, silence_critical_days=2))
    alerta = looked(AlertaSilencioSefaz, tight, DH_ATUAL=CLOCK, DH_ULTIMA=CLOCK - silent)
    assert (alerta.ativo, alerta.severidade) == (active, severidade)


@pytest.mark.parametrize(("agora", "ultima"), [(None, None), (None, CLOCK), (CLOCK, None)])
def test_without_both_clocks_nothing_is_known_of_a_silence(agora: datetime | None, ultima: datetime | None) -> None:
    alerta = looked(AlertaSilencioSefaz, DH_ATUAL=agora, DH_ULTIMA=ultima)
    assert (alerta.ativo, alerta.severidade, alerta.valores) == (False, "aviso", {"segundos": None})


def test_a_silence_is_told_with_its_length_and_its_beginning() -> None:
    alerta = looked(AlertaSilencioSefaz, DH_ATUAL=CLOCK, DH_ULTIMA=CLOCK - timedelta(days=4, hours=2))
    assert "não fala com a SEFAZ há 4 dias e 2 horas, desde 06/03/2026 10:00. " in alerta.mensagem()


@pytest.mark.parametrize(
    ("agora", "ultima", "known"),
    [(CLOCK, CLOCK, True), (CLOCK, None, False), (None, CLOCK, False), (CLOCK.replace(year=2000), CLOCK, False)],
)
def test_the_end_of_a_silence_is_known_where_the_box_tells_both(
    agora: datetime | None, ultima: datetime | None, known: bool
) -> None:
    assert looked(AlertaSilencioSefaz, DH_ATUAL=agora, DH_ULTIMA=ultima).legivel() is known


def test_the_end_of_a_silence_says_when_the_box_spoke() -> None:
    said = looked(AlertaSilencioSefaz, DH_ATUAL=CLOCK, DH_ULTIMA=CLOCK).resolvido()
    assert said == f"O equipamento fala com a SEFAZ; última comunicação em {DESDE}."
