"""The chart: a bar for what came, the same bytes for the same days, amounts of every size, words for the blind."""

from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image

from events.email import grafico
from events.email.grafico import CTE, NFE, Dia, alternativa, desenhar

LAST = date(2026, 11, 19)


def days(*amounts: tuple[int, int]) -> list[Dia]:
    first = LAST - timedelta(days=len(amounts) - 1)
    return [Dia((first + timedelta(days=place)).isoformat(), *one) for place, one in enumerate(amounts)]


def columns(png: bytes, colour: str, amount: int) -> list[int]:
    """Return how many pixels of a colour stand in the middle of each day's column."""
    image = Image.open(BytesIO(png)).convert("RGB")
    wanted = tuple(bytes.fromhex(colour[1:]))
    width = (grafico.RIGHT - grafico.LEFT) / amount
    places = [int(grafico.LEFT + (place + 0.5) * width) for place in range(amount)]
    rows = range(grafico.TOP, grafico.BOTTOM)
    return [sum(image.getpixel((x, y)) == wanted for y in rows) for x in places]


def test_the_bars_are_as_high_as_the_amounts() -> None:
    png = desenhar(days((100, 0), (0, 0), (50, 50), (25, 75)))
    nfe, cte = columns(png, NFE, 4), columns(png, CTE, 4)
    height = grafico.BOTTOM - grafico.TOP
    assert nfe == pytest.approx([height, 0, height / 2, height / 4], abs=2)
    assert cte == pytest.approx([0, 0, height / 2, height * 3 / 4], abs=2)


def test_little_can_still_be_seen_beside_much() -> None:
    png = desenhar(days((10**6, 0), (1, 1)))
    assert columns(png, NFE, 2)[1] > 0
    assert columns(png, CTE, 2)[1] > 0


@pytest.mark.parametrize(
    "dias", [[], days((0, 0)), days((1, 0)), days(*[(3, 4)] * 30), days((10**9, 10**9)), days(*[(0, 0)] * 29, (7, 0))]
)
def test_any_days_make_a_small_picture(dias: Sequence[Dia]) -> None:
    png = desenhar(dias)
    assert Image.open(BytesIO(png)).size == (grafico.WIDTH, grafico.HEIGHT)
    assert len(png) < 30_000
    assert png == desenhar(dias)


@pytest.mark.parametrize(
    ("greatest", "step"),
    [(0, 1), (1, 1), (4, 1), (5, 2), (8, 2), (9, 5), (20, 5), (21, 10), (168, 50), (10**9, 5 * 10**8)],
)
def test_the_lines_stand_at_round_amounts(greatest: int, step: int) -> None:
    assert grafico._step(greatest) == step


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0"), (500, "500"), (5000, "5.000"), (50_000, "50 mil"), (1_500_000, "1,5 mi"), (2 * 10**9, "2.000 mi")],
)
def test_amounts_are_short(amount: int, said: str) -> None:
    assert grafico._short(amount) == said


def test_the_chart_is_said_in_words() -> None:
    assert alternativa(days((1000, 5), (2, 0))) == (
        "Gráfico dos documentos importados por dia, de 18/11/2026 a 19/11/2026: 1.002 NF-e e 5 CT-e ao todo. "
        "O dia com mais foi 18/11/2026, com 1.005; o último teve 2."
    )
    assert alternativa([]) == "Gráfico sem dados."
