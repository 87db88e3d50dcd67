"""What a status, or no answer at all, means: one table. A connector changes rows and never compares a status itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.base.causes import Cause
from connectors.base.faults import (
    Blocked,
    Fault,
    OutOfMeans,
    Overloaded,
    RateLimited,
    Refused,
    TooLarge,
    Unintelligible,
    UnknownOutcome,
    Unreachable,
)


@dataclass(frozen=True)
class Row:
    """One row: what is raised, the sentence (after the account's name), whether the request may have been stored.

    The sentence may use `{status}`, and the facts that the connector gives its teller.
    """

    kind: type[Fault]
    text: str
    may_be_stored: bool = False


Key = int | range | Cause
STRANGE = Row(UnknownOutcome, "respondeu com o status HTTP {status}, que não existe", may_be_stored=True)
_BEHIND = Row(Overloaded, "a aplicação não respondeu ao servidor da entrada (HTTP {status})", may_be_stored=True)
_BAD_ADDRESS = Row(Blocked, "o endereço configurado é inválido")


class Table:
    """Rows by status, by range of statuses, by cause; the last row given for a key counts."""

    def __init__(self, rows: Mapping[Key, Row]) -> None:
        self._rows = dict(rows)

    def changed(self, rows: Mapping[Key, Row]) -> "Table":
        """Return a table with these rows in the place of its own; a range takes the place of all within it."""
        covered = [key for key in rows if isinstance(key, range)]
        kept = {key: row for key, row in self._rows.items() if not any(_within(key, range_) for range_ in covered)}
        return Table({**kept, **rows})

    def of_status(self, status: int) -> Row:
        """Return the row of a status that is no success: its own, else that of the narrowest range it is in."""
        if status in self._rows:
            return self._rows[status]
        ranges = [(len(key), row) for key, row in self._rows.items() if isinstance(key, range) and status in key]
        return min(ranges, key=lambda found: found[0])[1] if ranges else STRANGE

    def of_cause(self, cause: Cause, *, connected: bool = True) -> Row:
        """Return the row of a cause; without a connection nothing can have been stored."""
        row = self._rows[cause]
        return self._rows[Cause.NOT_SENT] if row.may_be_stored and not connected else row


def _within(key: Key, wider: range) -> bool:
    if isinstance(key, int):
        return key in wider
    return isinstance(key, range) and key.start in wider and key.stop <= wider.stop


DEFAULT = Table(
    {
        # A success that is none to the connector.
        range(200, 300): Row(Unintelligible, "respondeu HTTP {status} sem conteúdo que se entenda", may_be_stored=True),
        range(300, 400): Row(Blocked, "o endereço redireciona (HTTP {status}); confira o endereço configurado"),
        range(400, 500): Row(Refused, "recusou o pedido (HTTP {status})"),
        401: Row(Blocked, "a chave de acesso foi recusada (HTTP {status})"),
        403: Row(Blocked, "o acesso foi negado (HTTP {status}): chave bloqueada, ou um filtro na entrada"),
        404: Row(Refused, "não tem o que foi pedido (HTTP {status})"),
        407: Row(Blocked, "um proxy no caminho pede identificação (HTTP {status})"),
        408: Row(Overloaded, "o pedido não foi atendido a tempo (HTTP {status})", may_be_stored=True),
        413: Row(TooLarge, "o pedido é grande demais (HTTP {status})"),
        425: Row(Overloaded, "pediu para tentar mais tarde (HTTP {status})"),
        429: Row(RateLimited, "pediu para esperar (HTTP {status})"),
        range(500, 600): Row(Overloaded, "falhou (HTTP {status})", may_be_stored=True),
        501: Row(Refused, "não tem esta função (HTTP {status})"),
        # What the proxy in front says, which cannot know what became of the request behind it.
        502: _BEHIND,
        503: Row(Overloaded, "está indisponível (HTTP {status})", may_be_stored=True),
        504: _BEHIND,
        Cause.BAD_ADDRESS: _BAD_ADDRESS,
        Cause.BAD_CERTIFICATE: Row(Blocked, "o certificado TLS do servidor não foi aceito"),
        Cause.CERTIFICATE_REFUSED: Row(Blocked, "o servidor não aceitou o nosso certificado TLS"),
        Cause.PROXY_DOWN: Row(Unreachable, "o proxy de saída não aceita conexão"),
        Cause.PROXY_LOGIN: Row(Blocked, "o proxy de saída recusou o usuário ou a senha (HTTP 407)"),
        Cause.PROXY_REFUSED: Row(Unreachable, "o proxy de saída não leva a este servidor"),
        Cause.NO_MEANS: Row(OutOfMeans, "esta máquina não tem mais descritores ou memória para uma conexão"),
        Cause.NO_NAME: Row(Unreachable, "o nome do servidor não foi encontrado"),
        Cause.NO_CONNECTION: Row(Unreachable, "o servidor não aceita conexão"),
        Cause.CONNECT_TIMEOUT: Row(Unreachable, "o servidor não aceitou a conexão a tempo"),
        Cause.NO_TLS: Row(Unreachable, "não houve acordo TLS com o servidor"),
        Cause.NOT_SENT: Row(Unreachable, "não houve conexão a tempo"),
        Cause.TIMEOUT: Row(UnknownOutcome, "não respondeu a tempo", may_be_stored=True),
        Cause.CUT: Row(UnknownOutcome, "encerrou a conexão sem responder", may_be_stored=True),
        Cause.BAD_HTTP: Row(UnknownOutcome, "respondeu algo que não é HTTP", may_be_stored=True),
        Cause.TOO_LONG: Row(Unintelligible, "a resposta é grande demais", may_be_stored=True),
    }
)
