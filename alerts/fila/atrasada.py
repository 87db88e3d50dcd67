"""The oldest row of a queue table has waited too long: orders come faster than they are sent, or nothing sends them."""

from collections.abc import Iterator
from datetime import timedelta

from alerts.fila.accounts import accounts, judged
from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from core.text import human_duration

CODIGO = "atrasada"
AFTER = timedelta(minutes=15)


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per account. An old look says nothing: then the alert of the scheduled task does."""
    for row in accounts(moment):
        waited = row.mais_antiga_segundos or 0
        yield judged(
            row,
            CODIGO,
            WARNING,
            ativo=waited >= AFTER.total_seconds(),
            mensagem=f"A linha mais antiga da fila {row.conta} espera há {human_duration(waited)}; há {row.pendentes} "
            "pendentes. Confira o destino e os workers da fila.",
            resolvido=f"A fila {row.conta} está em dia.",
        )
