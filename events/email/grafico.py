"""The chart of the report: how many NF-e and CT-e came on each day, as a PNG that is read on light and dark alike.

Its background is its own: a mail program that turns colours round leaves pictures alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from core.formas import contagem, data
from core.text import brazilian

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

# Twice what is shown on a wide screen; the letters can still be read where a telephone shows a quarter of it.
WIDTH, HEIGHT = 1184, 520
MARGIN = 28
LEFT, TOP, RIGHT, BOTTOM = 140, 110, WIDTH - MARGIN, HEIGHT - 78
LETTERS = 38
PAPER, GRID, INK = "#ffffff", "#e1e6ec", "#46525f"
NFE, CTE = "#2563eb", "#f59e0b"
LINES = 4
EVERY = 7
LEAST = 3


@dataclass(frozen=True)
class Dia:
    """How much came on a day, which is a text of ISO 8601."""

    dia: str
    nfe: int
    cte: int

    @property
    def total(self) -> int:
        return self.nfe + self.cte


def alternativa(dias: Sequence[Dia]) -> str:
    """Return in words what can be seen in the chart."""
    if not dias:
        return "Gráfico sem dados."
    most = max(dias, key=lambda one: one.total)
    nfe, cte = contagem(sum(one.nfe for one in dias)), contagem(sum(one.cte for one in dias))
    return (
        f"Gráfico dos documentos importados por dia, de {data(dias[0].dia)} a {data(dias[-1].dia)}: {nfe} NF-e e {cte} "
        f"CT-e ao todo. O dia com mais foi {data(most.dia)}, com {contagem(most.total)}; o último teve "
        f"{contagem(dias[-1].total)}."
    )


def desenhar(dias: Sequence[Dia]) -> bytes:
    """Return the chart; the same days make the same bytes."""
    # Loaded where something is drawn.
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(LETTERS)
    top = _scale(draw, font, max((one.total for one in dias), default=0))
    _bars(draw, font, dias, top)
    _legend(draw, font)
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _scale(draw: "ImageDraw", font: Any, greatest: int) -> int:
    """Draw the lines of the amounts; return what the top of the chart stands for."""
    step = _step(greatest)
    amounts = range(0, max(greatest, 1) + step, step)
    top = amounts[-1]
    for amount in amounts:
        y = _y(amount, top)
        draw.line((LEFT, y, RIGHT, y), GRID if amount else INK, 2)
        draw.text((LEFT - 14, y), _short(amount), INK, font, anchor="rm")
    return top


def _short(amount: int) -> str:
    """Return a round amount in the room that is there for it: 500, 5.000, 50 mil, 1,5 mi."""
    if amount >= 10**6:
        return f"{brazilian(Decimal(amount) / 10**6, 0 if amount % 10**6 == 0 else 1)} mi"
    return f"{amount // 1000} mil" if amount >= 10**4 else contagem(amount)


def _step(greatest: int) -> int:
    """Return a round distance of which at most so many lines make up the chart."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power * LINES >= greatest:
                return factor * power
        power *= 10


def _y(amount: int, top: int) -> int:
    # whole numbers: an amount may be larger than a float holds
    return BOTTOM - (BOTTOM - TOP) * amount // top


def _bars(draw: "ImageDraw", font: Any, dias: Sequence[Dia], top: int) -> None:
    width = (RIGHT - LEFT) / max(len(dias), 1)
    for place, one in enumerate(dias):
        left, right = LEFT + place * width + width * 0.14, LEFT + (place + 1) * width - width * 0.14
        y = BOTTOM
        for amount, colour in ((one.nfe, NFE), (one.cte, CTE)):
            # what there is can be seen, however little it is
            height = max(BOTTOM - _y(amount, top), LEAST) if amount > 0 else 0
            if height:
                draw.rectangle((left, y - height, right, y - 1), colour)
            y -= height
        # counted from the last: its date always stands there
        if (len(dias) - 1 - place) % EVERY == 0:
            middle = min((left + right) / 2, RIGHT - 44)
            draw.text((middle, BOTTOM + 16), data(one.dia)[:5], INK, font, anchor="ma")


def _legend(draw: "ImageDraw", font: Any) -> None:
    draw.text((MARGIN, 49), "Documentos por dia", INK, font, anchor="lm")
    for x, name, colour in ((RIGHT - 360, "NF-e", NFE), (RIGHT - 160, "CT-e", CTE)):
        draw.rectangle((x, 34, x + 30, 64), colour)
        draw.text((x + 42, 49), name, INK, font, anchor="lm")
