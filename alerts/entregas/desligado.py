"""A destination was switched off: nothing is sent to it, its events are kept."""

from collections.abc import Iterator

from alerts.entregas.destinations import destinations
from alerts.judgement import CRITICAL, Judgement
from alerts.moment import Moment


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per destination."""
    for one in destinations(moment):
        yield one.judged(
            "desligado",
            CRITICAL,
            ativo=one.desligado_em is not None and one.ativo,
            mensagem=f"O destino {one.nome} está desligado: {one.desligado_motivo or 'sem motivo escrito'}. Os eventos "
            f"ficam guardados; corrija-o e rode `esteira destinos retomar {one.id}`.",
            resolvido=f"O destino {one.nome} está ligado de novo.",
        )
