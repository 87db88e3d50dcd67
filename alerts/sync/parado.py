"""A flow stands still: no run of it ended well for long, whatever the reason."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from alerts.judgement import CRITICAL, Judgement
from alerts.moment import JUST_BACK, Moment
from alerts.sync.flows import flows, judged
from core.clock import passed
from core.settings.sync import SyncSettings
from core.text import human_duration

CODIGO = "parado"
PERIODS, LEAST = 6, timedelta(minutes=30)


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per flow. For how long all was off shows nothing: it has time to run first."""
    back = moment.just_back(LEAST)
    for row in flows(moment):
        period = timedelta(minutes=SyncSettings.current().contas[row.conta].minutes(row.fluxo))
        known = (passed(one, moment.now) for one in (row.bem_em, row.falhando_desde, row.iniciado_em))
        since = next(filter(None, known), moment.now)
        away = moment.now - since
        found = judged(
            row,
            CODIGO,
            CRITICAL,
            ativo=away >= max(PERIODS * period, LEAST),
            mensagem=f"O fluxo {row.fluxo} da conta {row.conta} não roda bem há "
            f"{human_duration(away.total_seconds())}. "
            f"{row.falha or 'Veja se os workers da fila sync estão no ar.'} Nada se perde: continua de onde parou.",
            resolvido=f"O fluxo {row.fluxo} da conta {row.conta} voltou a rodar bem.",
        )
        yield replace(found, desconhecido=JUST_BACK) if back and found.ativo else found
