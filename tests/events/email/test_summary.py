"""What notices of many events count: one odd event costs no other."""

import pytest

from events.email.aviso import EVENT
from events.email.rendering import render_event


@pytest.mark.parametrize("odd", ["1e999999999", "1e400", "NaN", "-Infinity", "x", None, [], 10**40])
def test_an_amount_that_is_none_costs_only_itself(odd: object) -> None:
    events = [{EVENT: "nfe_importada", "numero_nf": n, "valor_total": "10.00"} for n in range(25)]
    written = render_event(
        "documentos_importados", {"total": 26, "eventos": [*events, {**events[0], "valor_total": odd}]}
    )
    assert written.assunto == "📦 26 documentos importados"
    assert "R$ 250,00" in written.texto
