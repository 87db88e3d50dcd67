"""What an answer or an exception means, as tables (webhooks_delivery, section 2)."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import aiohttp

from core.retry_after import seconds_asked
from events.delivery.address import BlockedAddress
from storage.models.eventos import Estado

OVERLOAD_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """What follows an attempt.

    `estado` is where the row goes (pendente: again on schedule); `minimum` the least wait in seconds; `slow` moves the
    destination to the slow queue; `switch_off` stops the destination and keeps its events.
    """

    name: str
    estado: Estado = Estado.PENDENTE
    text: str = ""
    minimum: float = 0.0
    slow: bool = False
    switch_off: bool = False
    retry_after: float | None = field(default=None, compare=False)

    @property
    def delivered(self) -> bool:
        """Tell whether the destination has the event."""
        return self.estado is Estado.ENTREGUE

    @property
    def requested(self) -> bool:
        """Tell whether a request was made at all."""
        return self.estado is not Estado.BLOQUEADO


DELIVERED = Outcome("entregue", Estado.ENTREGUE)
FAILED = Outcome("falhou", text="respondeu HTTP {status}")
REDIRECT = Outcome("redirecionado", text="respondeu HTTP {status}: redirecionamentos não são seguidos")
GONE = Outcome("removido", Estado.ESGOTADO, "respondeu HTTP 410: o endereço foi removido", switch_off=True)
BUSY = Outcome("ocupado", text="respondeu HTTP 429: pediu para esperar", minimum=OVERLOAD_SECONDS, slow=True)
STRAINED = Outcome("falhou", text="respondeu HTTP {status}", slow=True)
TIMED_OUT = Outcome("sobrecarga", text="não respondeu a tempo", minimum=OVERLOAD_SECONDS, slow=True)
BLOCKED = Outcome("bloqueado", Estado.BLOQUEADO, "endereço não permitido pelas regras de entrega")
UNREACHABLE = Outcome("falhou", text="não foi possível conectar")
BAD_TLS = Outcome("falhou", text="o certificado TLS não foi aceito")
CUT = Outcome("falhou", text="a conexão foi encerrada antes da resposta")
BAD_HTTP = Outcome("falhou", text="a resposta não é HTTP válido")
REFUSED = Outcome("recusado", Estado.ESGOTADO, "respondeu HTTP {status}")
UNAUTHORISED = Outcome("recusado", Estado.RETIDO, "respondeu HTTP {status}: credencial recusada", switch_off=True)

StatusTable = tuple[tuple[range, Outcome], ...]


def exactly(*statuses: int) -> tuple[range, ...]:
    """Return each status as a range of one."""
    return tuple(range(status, status + 1) for status in statuses)


def rows(outcome: Outcome, *ranges: range) -> StatusTable:
    """Return table rows of one outcome."""
    return tuple((which, outcome) for which in ranges)


WEBHOOK: StatusTable = (
    *rows(DELIVERED, range(200, 300)),
    *rows(REDIRECT, range(300, 400)),
    *rows(GONE, *exactly(410)),
    *rows(BUSY, *exactly(429)),
    *rows(STRAINED, *exactly(502, 503, 504)),
    *rows(FAILED, range(400, 600)),
)

NTFY: StatusTable = (
    *rows(DELIVERED, range(200, 300)),
    *rows(REDIRECT, range(300, 400)),
    *rows(UNAUTHORISED, *exactly(401, 403)),
    *rows(BUSY, *exactly(429)),
    *rows(FAILED, *exactly(408, 425)),
    *rows(STRAINED, *exactly(502, 503, 504, 507)),
    *rows(REFUSED, range(400, 500)),
    *rows(FAILED, range(500, 600)),
)

# First match wins; subclasses before their bases.
EXCEPTIONS: tuple[tuple[type[BaseException], Outcome], ...] = (
    (BlockedAddress, BLOCKED),
    (aiohttp.InvalidURL, BLOCKED),
    (TimeoutError, TIMED_OUT),
    (aiohttp.ClientConnectorCertificateError, BAD_TLS),
    (aiohttp.ClientSSLError, BAD_TLS),
    (aiohttp.ClientConnectorError, UNREACHABLE),
    (aiohttp.ServerDisconnectedError, CUT),
    (aiohttp.ClientOSError, CUT),
    (aiohttp.ClientPayloadError, CUT),
    (aiohttp.ClientError, BAD_HTTP),
    (OSError, UNREACHABLE),
)


def of_status(table: StatusTable, status: int, retry_after: str | None, now: datetime) -> Outcome:
    """Return what a status means, with the wait that the answer asked for."""
    outcome = next((found for which, found in table if status in which), BAD_HTTP)
    text = outcome.text.format(status=status)
    return replace(outcome, text=text, retry_after=seconds_asked(retry_after, now))


def of_exception(error: BaseException) -> Outcome | None:
    """Return what an exception means; none for a fault of our own, which is no attempt."""
    return next((outcome for kind, outcome in EXCEPTIONS if isinstance(error, kind)), None)
