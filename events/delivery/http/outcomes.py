"""What the status of an answer means, as tables.

docs/reference/contracts/webhooks_delivery.md §2.
"""

from dataclasses import replace
from datetime import datetime

from core.retry_after import seconds_asked
from events.delivery.outcome import DELIVERED, OVERLOAD_SECONDS, Outcome
from storage.models.eventos import Estado

FAILED = Outcome("falhou", text="respondeu HTTP {status}")
REDIRECT = Outcome("redirecionado", text="respondeu HTTP {status}: redirecionamentos não são seguidos")
GONE = Outcome("removido", Estado.ESGOTADO, "respondeu HTTP 410: o endereço foi removido", switch_off=True)
BUSY = Outcome(
    "ocupado", text="respondeu HTTP 429: pediu para esperar", minimum=OVERLOAD_SECONDS, slow=True, empties=True
)
STRAINED = Outcome("falhou", text="respondeu HTTP {status}", slow=True)
TIMED_OUT = Outcome("sobrecarga", text="não respondeu a tempo", minimum=OVERLOAD_SECONDS, slow=True)
SILENT_NAME = replace(TIMED_OUT, text="nenhum servidor de nomes (DNS) respondeu pelo endereço")
BLOCKED = Outcome("bloqueado", Estado.BLOQUEADO, "endereço não permitido pelas regras de entrega")
UNREACHABLE = Outcome("falhou", text="não foi possível conectar")
BAD_TLS = Outcome("falhou", text="o certificado TLS não foi aceito")
PROXY_DOWN = Outcome("falhou", text="o proxy de saída não aceita conexão")
PROXY_LOGIN = Outcome("falhou", text="o proxy de saída recusou o usuário ou a senha (HTTP 407)")
PROXY_REFUSED = Outcome("falhou", text="o proxy de saída não leva a este endereço")
CUT = Outcome("falhou", text="a conexão foi encerrada antes da resposta")
BAD_HTTP = Outcome("falhou", text="a resposta não é HTTP válido")

StatusTable = tuple[tuple[range, Outcome], ...]


def exactly(*statuses: int) -> tuple[range, ...]:
    """Return each status as a range of one."""
    return tuple(range(status, status + 1) for status in statuses)


def rows(outcome: Outcome, *ranges: range) -> StatusTable:
    """Return table rows of one outcome."""
    return tuple((which, outcome) for which in ranges)


DEFAULT: StatusTable = (
    *rows(DELIVERED, range(200, 300)),
    *rows(REDIRECT, range(300, 400)),
    *rows(GONE, *exactly(410)),
    *rows(BUSY, *exactly(429)),
    *rows(STRAINED, *exactly(502, 503, 504)),
    *rows(FAILED, range(400, 600)),
)


def of_status(table: StatusTable, status: int, retry_after: str | None, now: datetime) -> Outcome:
    """Return what a status means, with the wait that the answer asked for."""
    outcome = next((found for which, found in table if status in which), BAD_HTTP)
    if outcome.delivered and retry_after is None:
        return outcome
    text = outcome.text.format(status=status)
    return replace(outcome, text=text, retry_after=seconds_asked(retry_after, now))
