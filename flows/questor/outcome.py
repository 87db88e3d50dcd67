"""What a request came to, for each of its documents: where its row goes and when it is looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from connectors.questor import DESCONHECIDO, ENVIADO, RECUSADO, Documento, Verdict

PENDENTE = "pendente"
# A row that nobody looks at any more by itself: `repetir` brings it back.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
UNKNOWN_SECONDS = 60.0
MOST_REPEATS = 3
MOST_ERRORS = 5
LOST = "sem_resposta"


@dataclass(frozen=True)
class Item:
    """A claimed row with the text that was found for it, and what its sends came to so far."""

    id: int
    tipo: str
    documento: Documento
    size: int
    tentativas: int
    repeticoes: int
    erros: int


@dataclass(frozen=True)
class Outcome:
    """The new columns of a row."""

    id: int
    estado: str
    motivo: str | None
    http: int | None
    mensagem: str | None
    tentativas: int
    repeticoes: int
    erros: int
    due_at: datetime


def of_verdicts(items: Sequence[Item], verdicts: Sequence[Verdict], now: datetime) -> list[Outcome]:
    """Return the outcome of each document of an answered request."""
    return [_of_verdict(item, verdict, now) for item, verdict in zip(items, verdicts, strict=True)]


def _of_verdict(item: Item, verdict: Verdict, now: datetime) -> Outcome:
    unknown = verdict.estado == DESCONHECIDO
    due = now + timedelta(seconds=UNKNOWN_SECONDS) if unknown else now
    return _sent(item, verdict.estado, verdict.motivo, 200, verdict.mensagem, due)


def refused(item: Item, motivo: str, http: int | None, mensagem: str | None, now: datetime) -> Outcome:
    """Return the outcome of a document that a person has to look at."""
    return _sent(item, RECUSADO, motivo, http, mensagem, now)


def lost(item: Item, http: int | None, mensagem: str | None, now: datetime) -> Outcome:
    """Return the outcome of a document that may have been stored: asked for after a while, not sent again before."""
    return _sent(item, DESCONHECIDO, LOST, http, mensagem, now + timedelta(seconds=UNKNOWN_SECONDS))


def failed_alone(item: Item, http: int | None, mensagem: str | None, now: datetime) -> Outcome:
    """Return the outcome of a document that fails while others go through: later again, refused in the end."""
    if item.erros + 1 >= MOST_ERRORS:
        return refused(item, "erro_do_servidor", http, mensagem, now)
    due = now + timedelta(seconds=2.0 ** (item.erros + 1))
    again = _sent(item, PENDENTE, "erro_do_servidor", http, mensagem, due)
    return replace(again, erros=item.erros + 1)


def unsent(item: Item, now: datetime) -> Outcome:
    """Return the outcome of a document that was tried in vain, or not at all, and is due again."""
    return Outcome(item.id, PENDENTE, None, None, None, item.tentativas, item.repeticoes, item.erros, now)


def unreadable(row_id: int, motivo: str, tentativas: int, now: datetime) -> Outcome:
    """Return the outcome of a file that is not what it was when it was scanned."""
    return Outcome(row_id, "quarentena", motivo, None, None, tentativas, 0, 0, now)


def tried(item: Item) -> Item:
    """Return the item with one more send, which surely stored nothing."""
    return replace(item, tentativas=item.tentativas + 1)


def _sent(
    item: Item, estado: str, motivo: str | None, http: int | None, mensagem: str | None, due_at: datetime
) -> Outcome:
    return Outcome(item.id, estado, motivo, http, mensagem, item.tentativas + 1, item.repeticoes, item.erros, due_at)


def found(row: Outcome, now: datetime) -> Outcome:
    """Return the outcome of an unknown row whose document the office has."""
    return replace(row, estado=ENVIADO, motivo="confirmado", due_at=now)


def not_found(row: Outcome, now: datetime) -> Outcome:
    """Return the outcome of an unknown row whose document the office surely has not."""
    return replace(row, estado=PENDENTE, motivo="nao_encontrado", due_at=now)


def not_asked(row: Outcome, now: datetime) -> Outcome:
    """Return the outcome of an unknown row that cannot be asked for: sent again after a while, a few times at most."""
    if row.repeticoes >= MOST_REPEATS:
        return replace(row, estado=DESCONHECIDO, motivo="sem_confirmacao", due_at=NEVER)
    due = now + timedelta(seconds=UNKNOWN_SECONDS)
    return replace(row, estado=PENDENTE, motivo="repetido", repeticoes=row.repeticoes + 1, due_at=due)


def not_answered(row: Outcome, now: datetime) -> Outcome:
    """Return the outcome of an unknown row for which the query failed: asked again, a few times at most."""
    if row.erros + 1 >= MOST_REPEATS:
        return replace(not_asked(row, now), erros=0)
    return replace(row, erros=row.erros + 1, due_at=now + timedelta(seconds=UNKNOWN_SECONDS))
