"""What a status or an exception means for a whole request, as tables (contract, sections 3 and 4).

Transient
├── Overloaded           the server is not available now; `retry_after` when it said so
├── Unreachable          the request did not leave: surely not stored
├── UnknownOutcome       it left and no answer came: may be stored
└── Unintelligible       a query was answered with something that is no list
Rejected
├── TooLarge             halve the batch
└── Refused              the request as such was refused
Misconfigured
└── Blocked              the key, the address or a filter in front: stop the account, tell the operator
"""

from dataclasses import dataclass
from typing import Any

import aiohttp

from core.errors import Misconfigured, PlatformError, Rejected, Transient


class Fault(PlatformError):
    """Common part: the status (None: no answer), what the server said, whether documents may have been stored."""

    def __init__(
        self,
        message: str | None = None,
        *,
        status: int | None = None,
        mensagem: str | None = None,
        retry_after: float | None = None,
        may_be_stored: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.mensagem = mensagem
        self.retry_after = retry_after
        self.may_be_stored = may_be_stored


class Overloaded(Fault, Transient):
    """O Questor está sobrecarregado."""


class Unreachable(Fault, Transient):
    """O Questor não aceita conexão."""


class UnknownOutcome(Fault, Transient):
    """O Questor não respondeu; os documentos podem ter sido gravados."""


class Unintelligible(Fault, Transient):
    """O Questor respondeu algo que não se entende."""


class TooLarge(Fault, Rejected):
    """O lote é grande demais para o Questor."""


class Refused(Fault, Rejected):
    """O Questor recusou o pedido."""


class Blocked(Fault, Misconfigured):
    """O Questor recusou a chave de acesso ou o endereço."""


@dataclass(frozen=True)
class Row:
    """One row: what is raised, the sentence, whether documents may have been stored."""

    kind: type[Fault]
    text: str
    may_be_stored: bool = False


# First match wins. Of 502 and 504 the proxy in front cannot say what became of the request behind it.
STATUSES: tuple[tuple[range, Row], ...] = (
    (range(200, 300), Row(Unintelligible, "respondeu HTTP {status} sem conteúdo que se entenda", may_be_stored=True)),
    (range(300, 400), Row(Blocked, "o endereço redireciona (HTTP {status}); confira office e base_url")),
    (range(401, 402), Row(Blocked, "a chave de acesso foi recusada (HTTP {status})")),
    (range(403, 404), Row(Blocked, "o acesso foi negado (HTTP {status}): chave bloqueada, ou um filtro na entrada")),
    (range(404, 405), Row(Blocked, "o endereço não existe (HTTP {status}): confira office, token e methods")),
    (range(408, 409), Row(Overloaded, "o pedido não chegou inteiro a tempo (HTTP {status})")),
    (range(413, 414), Row(TooLarge, "o lote é grande demais (HTTP {status})")),
    (range(429, 430), Row(Overloaded, "pediu para esperar (HTTP {status})")),
    (range(400, 500), Row(Refused, "recusou o pedido (HTTP {status})")),
    (range(502, 503), Row(Overloaded, "a aplicação não respondeu ao servidor da entrada (HTTP {status})", True)),
    (range(504, 505), Row(Overloaded, "a aplicação não respondeu ao servidor da entrada (HTTP {status})", True)),
    (range(500, 600), Row(Overloaded, "está indisponível (HTTP {status})")),
)
STRANGE = Row(UnknownOutcome, "respondeu com o status HTTP {status}, que não existe", may_be_stored=True)

# First match wins; subclasses before their bases. What may be stored only counts once a connection was there.
EXCEPTIONS: tuple[tuple[type[BaseException], Row], ...] = (
    (aiohttp.InvalidURL, Row(Blocked, "o endereço configurado é inválido; confira base_url")),
    (UnicodeError, Row(Blocked, "o endereço configurado é inválido; confira base_url")),
    (aiohttp.ClientConnectorCertificateError, Row(Blocked, "o certificado TLS do servidor não foi aceito")),
    (aiohttp.ClientConnectorDNSError, Row(Unreachable, "o nome do servidor não foi encontrado")),
    (aiohttp.ClientConnectorError, Row(Unreachable, "o servidor não aceita conexão")),
    (aiohttp.ConnectionTimeoutError, Row(Unreachable, "o servidor não aceitou a conexão a tempo")),
    (TimeoutError, Row(UnknownOutcome, "não respondeu a tempo", may_be_stored=True)),
    (aiohttp.ClientError, Row(UnknownOutcome, "encerrou a conexão sem responder", may_be_stored=True)),
    (OSError, Row(UnknownOutcome, "a conexão caiu", may_be_stored=True)),
)
NOT_SENT = Row(Unreachable, "não houve conexão a tempo")
EXPECTED = tuple(kind for kind, _ in EXCEPTIONS)


def of_status(status: int) -> Row:
    """Return the row of a status that is not an answer."""
    return next((row for statuses, row in STATUSES if status in statuses), STRANGE)


def of_exception(error: BaseException, *, connected: bool) -> Row:
    """Return the row of one of `EXPECTED`; without a connection nothing can have been stored."""
    row = next(row for kind, row in EXCEPTIONS if isinstance(error, kind))
    return NOT_SENT if row.may_be_stored and not connected else row


def build(row: Row, conta: str, *, status: int | None = None, mensagem: str | None = None, **more: Any) -> Fault:
    """Return the fault of a row, one sentence that names the account and says the server's reason."""
    reason = f": {mensagem.rstrip('.')}" if mensagem else ""
    text = f"Questor {conta}: {row.text.format(status=status)}{reason}."
    return row.kind(text, status=status, mensagem=mensagem, may_be_stored=row.may_be_stored, **more)
