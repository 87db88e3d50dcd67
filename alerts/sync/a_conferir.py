"""The daily look at both systems found what makes no request fail: a webhook that sleeps, a tag that is gone."""

import json
from collections.abc import Iterator

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from alerts.sync.flows import flows, judged
from core.settings.sync import CLIENTES_PM

CODIGO = "a_conferir"


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per account, by the flow that looks."""
    for row in flows(moment):
        if row.fluxo == CLIENTES_PM:
            found: list[str] = json.loads(row.relatorio or "{}").get("avisos", [])
            yield judged(
                row,
                CODIGO,
                WARNING,
                ativo=bool(found),
                mensagem=f"Confira a conta {row.conta} da sincronia (`esteira diagnostico`): {'; '.join(found)}.",
                resolvido=f"Não há mais nada a conferir na conta {row.conta} da sincronia.",
            )
