"""A day of a thousand companies: how much of each unit of work a company brings, and in which hours."""

from collections.abc import Sequence
from dataclasses import dataclass

HOURS = 24
COMPANIES = 1000


def _curve(**hours: float) -> tuple[float, ...]:
    """Return the share of a day that falls into each hour, given weights as `h8_18=9`; the other hours weigh 1 or 0."""
    weights = [0.0] * HOURS
    for span, weight in hours.items():
        first, last = map(int, span.removeprefix("h").split("_"))
        for hour in range(first, last):
            weights[hour % HOURS] = weight
    total = sum(weights)
    return tuple(weight / total for weight in weights)


COMMERCIAL = _curve(h0_24=1, h7_8=6, h8_10=14, h10_12=18, h12_14=11, h14_17=18, h17_18=12, h18_20=5)
NIGHT = _curve(h0_6=10, h20_24=10)
MORNING = _curve(h0_24=1, h7_8=10, h8_9=40, h9_12=5)
ALWAYS = _curve(h0_24=1)


@dataclass(frozen=True)
class Demand:
    """What a company brings a day of one unit, and when."""

    unit: str
    each: float
    curve: Sequence[float]
    why: str

    def per_hour(self, companies: int) -> list[float]:
        """Return the units of all companies in each hour."""
        return [companies * self.each * share for share in self.curve]


DAY = (
    Demand("entrega", 150, COMMERCIAL, "cada documento e alerta, a 1 ou 2 destinos"),
    Demand("consulta de caixa", 576, ALWAYS, "2 caixas, uma vez a cada 5 minutos"),
    Demand("linha de fila Oracle", 40, COMMERCIAL, "ordens de serviço"),
    Demand("documento importado", 120, COMMERCIAL, "NF-e, CT-e e eventos"),
    Demand("XML ao Questor", 120, NIGHT, "os mesmos, na janela da noite"),
    Demand("item sincronizado", 10, COMMERCIAL, "clientes, tarefas e interações"),
    Demand("e-mail", 5, MORNING, "o resumo da manhã e alertas"),
    Demand("pedido à API", 400, COMMERCIAL, "o sistema da empresa e o painel"),
)
