"""How each destination is, as `diagnostico` tells it."""

from datetime import timedelta

import pytest
from support.deliveries import change, fire, webhook

from core.checks import FAULT, OK, WARNING
from core.clock import SYSTEM
from flows.destinos.checks import destinations
from flows.destinos.switching import pause

LONG_AGO = SYSTEM.now() - timedelta(days=3, hours=1)


@pytest.mark.parametrize(
    ("columns", "situation", "told"),
    [
        ({"lento": True}, OK, "https://exemplo.com/x"),
        ({"desligado_em": LONG_AGO, "desligado_motivo": "removido"}, WARNING, "desligado: removido"),
        ({"pausado_em": LONG_AGO}, WARNING, "pausado há 3 dias e 1 hora; eventos retidos: 0"),
        ({"circuito_espera": 60, "falhando_desde": LONG_AGO}, WARNING, "3 dias e 1 hora; vai uma tentativa por vez"),
        ({"falhando_desde": LONG_AGO}, WARNING, "falha há 3 dias e 1 hora"),
        ({"url": "https://10.0.0.1/"}, FAULT, "não permitem este endereço"),
        ({"tipo": "fax"}, FAULT, "'fax' não é conhecido"),
    ],
)
def test_no_state_goes_untold(sqlite: str, columns: dict[str, object], situation: str, told: str) -> None:
    change(webhook("https://exemplo.com/x"), **columns)
    (finding,) = destinations()
    assert (finding.sistema, finding.situacao) == ("destino receptor", situation)
    assert told in finding.detalhe


def test_a_short_pause_is_no_warning_and_tells_what_waits(banco: str) -> None:
    pause(str(webhook("https://exemplo.com/x")))
    fire(2)
    (finding,) = destinations()
    assert finding.situacao == OK
    assert "eventos retidos: 2" in finding.detalhe
