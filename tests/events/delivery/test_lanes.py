"""How much a destination is trusted with at first, and how much of its work is taken ahead."""

from datetime import UTC, datetime

import pytest

from events.delivery.lanes import first_limit
from events.delivery.rows import Destination

NOW = datetime(2026, 11, 26, tzinfo=UTC)
MOST = 8


def destination(tipo: str, **more: object) -> Destination:
    """Return one that answered well the last time."""
    nothing = dict.fromkeys(
        (
            *("usuario_id", "topico", "secret_key", "secret_anterior", "secret_anterior_ate", "headers_customizados"),
            *("por_minuto", "silencio"),
        )
    )
    usual = {"id": 1, "tipo": tipo, "nome": "d", "url": "https://x", "opcoes": None, "timeout": 10.0, "retry_count": 3}
    well = {"lento": False, "ordem_estrita": False, "falhas_seguidas": 0, "circuito_espera": 0}
    return Destination(**{**nothing, **usual, **well, "ultima_execucao": NOW, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "most"),
    [
        (destination("webhook"), MOST),
        (destination("webhook", ultima_execucao=None), 2),
        (destination("webhook", falhas_seguidas=1), 2),
        (destination("webhook", lento=True), 2),
        (destination("milvus_chamado"), 1),
        (destination("milvus_chamado", ultima_execucao=None), 1),
    ],
)
def test_what_a_destination_may_have_in_flight_at_first(one: Destination, most: int) -> None:
    """Rows, and tokens of a limit that others share, are taken for a few times as many."""
    assert first_limit(one, MOST) == most
