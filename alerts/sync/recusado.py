"""A key or the settings were refused: the flow is stopped until a person acts."""

from collections.abc import Iterator

from alerts.judgement import CRITICAL, Judgement
from alerts.moment import Moment
from alerts.sync.flows import flows, judged

CODIGO = "recusado"


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per flow; it is active at once, time does not help."""
    for row in flows(moment):
        yield judged(
            row,
            CODIGO,
            CRITICAL,
            ativo=row.falha is not None and row.precisa_de_alguem,
            mensagem=f"O fluxo {row.fluxo} da conta {row.conta} está parado: {row.falha or ''} "
            "Corrija a chave ou o endereço e rode `esteira diagnostico`.",
            resolvido=f"O fluxo {row.fluxo} da conta {row.conta} não está mais parado.",
        )
