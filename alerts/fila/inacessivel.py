"""A queue table cannot be read: active at once where a person has to act, after a while where it may pass by itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from alerts.fila.accounts import accounts, judged
from alerts.judgement import CRITICAL, Judgement
from alerts.moment import JUST_BACK, Moment

CODIGO = "inacessivel"
# A database that is restarted is nobody's business.
AFTER = timedelta(minutes=5)


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per account. For how long all was off shows nothing: it is looked at first."""
    back = moment.just_back(AFTER)
    for row in accounts(moment):
        failing = moment.now - row.falhando_desde if row.falhando_desde else timedelta()
        found = judged(
            row,
            CODIGO,
            CRITICAL,
            ativo=row.falha is not None and (row.precisa_de_alguem or failing >= AFTER),
            mensagem=f"A fila {row.conta} não pode ser lida: {row.falha or ''} Nada se perde, as linhas ficam na "
            "tabela. Rode `esteira diagnostico`.",
            resolvido=f"A fila {row.conta} voltou a ser lida.",
        )
        yield replace(found, desconhecido=JUST_BACK) if back and found.ativo and not row.precisa_de_alguem else found
