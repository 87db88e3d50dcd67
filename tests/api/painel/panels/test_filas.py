"""What waits, in its card: a delivery that is late for two minutes is told of, a moment is not."""

from datetime import timedelta

import pytest
from support.deliveries import change_delivery, deliveries, fire, webhook

from api.painel.panel import Sinal
from api.painel.panels import filas
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, FixedClock

NOW = SYSTEM.now()


@pytest.mark.parametrize(
    ("late", "sinal", "resumo"),
    [
        (-60, Sinal.BEM, "sem atraso"),
        (0, Sinal.BEM, "sem atraso"),
        (120, Sinal.BEM, "sem atraso"),
        (121, Sinal.ATENCAO, "a mais antiga atrasa 2 minutos e 1 segundo"),
        (90_000, Sinal.ATENCAO, "a mais antiga atrasa 1 dia e 1 hora"),
    ],
)
def test_the_oldest_delivery_says_how_late_all_is(sqlite: str, late: int, sinal: Sinal, resumo: str) -> None:
    webhook("https://exemplo.com/x")
    fire(2)
    first, second = deliveries()
    change_delivery(first.id, due_at=NOW - timedelta(seconds=late))
    change_delivery(second.id, due_at=NOW + timedelta(hours=1))
    seen = filas.ler(OPERATOR, FixedClock(NOW))
    assert (seen.sinal, seen.resumo) == (sinal, resumo)


def test_where_nothing_waits_nothing_is_late_and_a_user_hears_of_no_queue(sqlite: str) -> None:
    assert filas.ler(OPERATOR, FixedClock(NOW)).resumo == "sem atraso"
    webhook("https://exemplo.com/x")
    fire()
    assert filas.ler(Caller(7), FixedClock(NOW + timedelta(days=2))).resumo == "sem atraso"
    assert filas.ler(OPERATOR, FixedClock(NOW + timedelta(days=2))).sinal is Sinal.ATENCAO
