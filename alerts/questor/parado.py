"""A lot was stopped: sending cannot go on without a person."""

from collections.abc import Iterator

from alerts.judgement import CRITICAL, Judgement
from alerts.moment import Moment
from alerts.questor.lots import lots


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per lot."""
    for one in lots(moment):
        yield one.judged(
            "parado",
            CRITICAL,
            ativo=one.wanted and one.parado_em is not None,
            mensagem=f"O envio do lote {one.nome} ao Questor parou: {one.parado_motivo or 'sem motivo escrito'} "
            f"Corrija e rode `esteira questor retomar {one.nome}`.",
            resolvido=f"O envio do lote {one.nome} foi retomado.",
        )
