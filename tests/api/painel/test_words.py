"""Numbers, instants and names as the page writes them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from api.painel import words
from core.capped import Capped

NOW = datetime(2026, 11, 23, 15, 4, 5, tzinfo=UTC)


def ago(**how: int) -> datetime:
    return NOW - timedelta(**how)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (words.numero(0), "0"),
        (words.numero(1234567), "1.234.567"),
        (words.numero(66.7), "66,7"),
        (words.numero(None), "–"),
        (words.numero(Capped(3)), "3"),
        (words.numero(Capped(10_000, more=True)), "mais de 10.000"),
        (words.duracao(87), "87 ms"),
        (words.duracao(1240), "1,2 s"),
        (words.duracao(None), "–"),
        (words.idade(None, NOW), "nunca"),
        (words.idade(ago(seconds=59), NOW), "agora há pouco"),
        (words.idade(ago(seconds=61), NOW), "há 1 min"),
        (words.idade(ago(hours=5, minutes=59), NOW), "há 5 h"),
        (words.idade(ago(days=1), NOW), "há 1 dia"),
        (words.idade(ago(days=40), NOW), "há 40 dias"),
        (words.idade(NOW + timedelta(hours=1), NOW), "agora há pouco"),
        (words.falta(NOW + timedelta(minutes=7), NOW), "em 7 min"),
        (words.falta(ago(hours=1), NOW), "em instantes"),
        (words.falta(None, NOW), "–"),
        (words.instante(NOW), "23/11/2026 12:04:05"),
        (words.instante(None), "–"),
        (words.reais(Decimal("1234.5")), "1.234,50"),
        (words.reais(None), "–"),
        (words.curto("a\n b\t\u202ec\x07"), "a b c"),
        (words.curto("x" * 10_000, 10), "x" * 9 + "…"),
        (words.curto(" " * 10_000 + "x"), ""),
        (words.curto(17), "17"),
    ],
)
def test_what_is_written(said: str, wanted: str) -> None:
    assert said == wanted
