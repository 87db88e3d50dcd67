"""Items have been parked for longer than a day: somebody has to look at the reason."""

from collections.abc import Iterator
from datetime import timedelta

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from alerts.sync.flows import flows, judged
from core.text import human_duration

CODIGO = "estacionados"
AFTER = timedelta(days=1)


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per flow."""
    for row in flows(moment):
        waited = moment.now - row.estacionado_desde if row.estacionado_desde else timedelta()
        yield judged(
            row,
            CODIGO,
            WARNING,
            ativo=waited >= AFTER,
            mensagem=f"O fluxo {row.fluxo} da conta {row.conta} tem itens estacionados há "
            f"{human_duration(waited.total_seconds())}. Veja com `esteira sync pendencias listar` e corrija na origem.",
            resolvido=f"O fluxo {row.fluxo} da conta {row.conta} não tem mais itens estacionados há tanto tempo.",
        )
