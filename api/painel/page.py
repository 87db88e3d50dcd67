"""The page as a whole: the sentence over the cards, and what the parts around them need to know."""

from collections.abc import Sequence

from api.painel.panel import Sinal
from api.painel.readings import Reading


def frase(readings: Sequence[Reading]) -> str:
    """Return how everything stands, in one sentence."""
    bad = [one.titulo for one in readings if one.sinal is Sinal.FALHA]
    some = [one.titulo for one in readings if one.sinal is Sinal.ATENCAO]
    if bad:
        return f"Precisa de alguém: {_listed(bad)}"
    if some:
        return f"Pede atenção: {_listed(some)}"
    return "Tudo em dia" if any(one.sinal is Sinal.BEM for one in readings) else "Ainda não há nada por aqui"


def _listed(names: Sequence[str]) -> str:
    return " e ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
