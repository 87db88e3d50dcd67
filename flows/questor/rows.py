"""The rows that Questor owes work to, as homes of claims: files to send, files to ask for, places of senders."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, text

from claims.sql import SqlClaims
from storage.models.questor import OPEN_SQL, Estado, QuestorArquivo, QuestorRemetente

# A row that nobody looks at any more by itself: `repetir` brings it back.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Arquivo:
    """A claimed file: where its text is, and what its sends came to so far."""

    id: int
    caminho: str
    caminho_codificado: bool
    parte: int
    sha256: str | None
    tipo: str
    identidade: str
    motivo: str | None
    http: int | None
    mensagem: str | None
    tentativas: int
    repeticoes: int
    erros: int


@dataclass(frozen=True)
class Outcome:
    """The new columns of a file."""

    id: int
    estado: Estado
    motivo: str | None
    http: int | None
    mensagem: str | None
    tentativas: int
    repeticoes: int
    erros: int
    due_at: datetime


@dataclass(frozen=True)
class Lugar:
    """A claimed place of a sender."""

    id: int
    vagas: int


@dataclass(frozen=True)
class Levantado:
    """What a place becomes when its sender gets up."""

    id: int
    vagas: int
    due_at: datetime


def _in(estado: Estado) -> ColumnElement[bool]:
    """Return the condition of a state, with the words of the index of what is due: SQLite uses it for nothing less.

    The state stands first: SQLite seeks by what it reads first, and by the other it would walk both states.
    """
    return and_(QuestorArquivo.estado == estado.value, text(OPEN_SQL))


# What a crash leaves behind may have been sent: it is asked for before anything is sent again.
PENDING = SqlClaims(
    QuestorArquivo,
    Arquivo,
    Outcome,
    ready=_in(Estado.PENDENTE),
    claimed={"estado": Estado.DESCONHECIDO.value},
    given_back={"estado": Estado.PENDENTE.value},
    crashed={"estado": Estado.DESCONHECIDO.value},
)
UNKNOWN = SqlClaims(
    QuestorArquivo,
    Arquivo,
    Outcome,
    ready=_in(Estado.DESCONHECIDO),
    crashed={"estado": Estado.DESCONHECIDO.value},
)
SEATS = SqlClaims(QuestorRemetente, Lugar, Levantado, given_back={"vagas": 0}, crashed={"vagas": 0})
