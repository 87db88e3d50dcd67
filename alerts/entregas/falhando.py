"""A destination has had no success for a day (docs/reference/contracts/webhooks_delivery.md §3)."""

from collections.abc import Iterator

from alerts.entregas.destinations import destinations
from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from core.text import human_duration


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per destination."""
    for one in destinations(moment):
        since = one.falhando_desde or moment.now
        ago = human_duration((moment.now - since).total_seconds())
        yield one.judged(
            "falhando",
            WARNING,
            ativo=one.avisado_em is not None and one.desligado_em is None,
            mensagem=f"O destino {one.nome} falha há {ago}, sem nenhum sucesso. Depois de cinco dias será desligado; "
            f"veja por quê com `esteira entregas listar`.",
            resolvido=f"O destino {one.nome} voltou a receber."
            if one.desligado_em is None
            else f"O destino {one.nome} foi desligado.",
        )
