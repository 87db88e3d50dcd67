"""One captured answer is judged as it would have been then and there, without network or database."""

from datetime import UTC, datetime

import pytest
from conftest import Configure

from connectors.sat.status import STATUS_FIELDS
from core.errors import UsageError
from flows.sat.evaluate import INVALIDO, OK, RECUSADO, Veredito, avaliar_linha
from sandbox.sat_wire import refusal_line, status_line

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
LINE = status_line(agora=NOON)


def figures(found: Veredito, codigo: str) -> dict[str, object]:
    (one,) = [judged for judged in found.alertas if judged.codigo == codigo]
    return one.valores


def active(found: Veredito) -> set[str]:
    return {one.codigo for one in found.alertas if one.ativo}


@pytest.mark.parametrize(
    ("agora", "fuso", "seconds"),
    [
        ("2026-03-10T12:00:00", None, 0),
        ("2026-03-10T12:00:00", "America/Sao_Paulo", 0),
        ("2026-03-10T15:00:00Z", "America/Sao_Paulo", 0),
        ("2026-03-10T15:00:00Z", "America/Manaus", -3600),
        ("2026-03-10T12:00:00", "America/Manaus", 0),
        ("2026-03-10T14:00:00-03:00", None, 7200),
    ],
)
def test_an_instant_without_an_offset_is_the_shop_s_wall_clock(agora: str, fuso: str | None, seconds: int) -> None:
    assert figures(avaliar_linha(LINE, agora, fuso), "relogio") == {"segundos": seconds}


def test_without_a_zone_that_of_the_installation_holds(configure: Configure) -> None:
    configure(core__timezone="America/Manaus")
    assert figures(avaliar_linha(LINE, "2026-03-10T15:00:00Z"), "relogio") == {"segundos": -3600}


@pytest.mark.parametrize(
    ("linha", "resultado", "codigo", "motivo"),
    [
        (LINE, OK, "10000", None),
        (refusal_line("10001"), RECUSADO, "10001", "código de ativação recusado"),
        (refusal_line("10050", "sem papel"), RECUSADO, "10050", "(10050): sem papel."),
        (refusal_line("08000"), INVALIDO, "08000", "outra função (código 08000)"),
        (LINE + "|x", INVALIDO, "10000", f"29 campos em vez de {STATUS_FIELDS}"),
        ("", INVALIDO, "", "não pôde ser entendida"),
        ("<html>", INVALIDO, "", "não pôde ser entendida"),
    ],
)
def test_a_line_is_good_refused_or_no_answer_and_why(
    linha: str, resultado: str, codigo: str, motivo: str | None
) -> None:
    found = avaliar_linha(linha, "2026-03-10T12:00:00")
    assert (found.resultado, found.codigo) == (resultado, codigo)
    assert (found.motivo is None) is (motivo is None)
    assert (motivo or "") in (found.motivo or "")
    assert bool(found.alertas) is (resultado == OK)


def test_another_box_than_the_expected_one_is_told() -> None:
    assert "serie" not in active(avaliar_linha(LINE, "2026-03-10T12:00:00"))
    assert "serie" not in active(avaliar_linha(LINE, "2026-03-10T12:00:00", serie="900001234"))
    assert "serie" in active(avaliar_linha(LINE, "2026-03-10T12:00:00", serie="900001235"))


def test_the_limits_are_those_of_the_settings(configure: Configure) -> None:
    late = "2026-03-10T12:10:00"
    assert active(avaliar_linha(LINE, late)) == set()
    configure(sat__thresholds='{"clock_seconds": 599}')
    assert active(avaliar_linha(LINE, late)) == {"relogio"}


@pytest.mark.parametrize(
    ("given", "campo"),
    [
        ({"agora": "ontem"}, "agora"),
        ({"agora": "0001-01-01T00:00:00+14:00"}, "agora"),
        ({"fuso": "Marte"}, "fuso"),
        ({"fuso": ""}, "fuso"),
        ({"fuso": "../../etc/localtime"}, "fuso"),
    ],
)
def test_a_time_or_a_zone_that_is_none_is_told(given: dict[str, str], campo: str) -> None:
    with pytest.raises(UsageError) as told:
        avaliar_linha(LINE, **given)
    assert told.value.campo == campo
