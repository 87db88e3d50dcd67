"""The password of a queue's user is in its days of grace: it works today, and one day the account is closed."""

from collections.abc import Iterator

from alerts.fila.accounts import accounts, judged
from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment

CODIGO = "senha"


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per account."""
    for row in accounts(moment):
        yield judged(
            row,
            CODIGO,
            WARNING,
            ativo=row.senha_vencendo,
            mensagem=f"A senha do usuário da fila {row.conta} vence em poucos dias (ORA-28002). Peça ao DBA uma nova e "
            "mude fila.password antes disso.",
            resolvido=f"A senha do usuário da fila {row.conta} não está vencendo.",
        )
