"""Rows of a queue table are in error and stay unsent until somebody looks. One alert for all of them."""

from collections.abc import Iterator

from alerts.fila.accounts import accounts, judged
from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from core.text import plural

CODIGO = "erros"


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per account."""
    for row in accounts(moment):
        yield judged(
            row,
            CODIGO,
            WARNING,
            ativo=row.erros > 0,
            mensagem=f"A fila {row.conta} tem {plural(row.erros, 'linha', 'linhas')} em ERRO. Veja o motivo na tabela "
            "e mande reprocessar as que estão em ERRO.",
            resolvido=f"A fila {row.conta} não tem mais linhas em ERRO.",
        )
