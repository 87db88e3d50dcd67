"""What a request came to, for each of its documents: where its row goes and when it is looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from claims.backoff import Backoff
from connectors.questor import Documento, Verdict
from flows.questor.rows import NEVER, Arquivo, Outcome
from storage.models.questor import Estado

UNKNOWN_SECONDS = 60.0
# How long a document waits that was not found, or cannot be asked for, before it is sent again; and a query that failed
# before the next.
# Together more than a day, for so long an office's server may be out; few, for it may have been stored.
REPEATS = Backoff((UNKNOWN_SECONDS, 3600.0, 24 * 3600.0), jitter=0.0)
QUERIES = Backoff((UNKNOWN_SECONDS, 600.0), jitter=0.0)
# How often a document has to fail alone, each time while others pass after it, to be called the reason.
MOST_ERRORS = 5
# How long a file waits that could not be read, though it may be there.
LOOKS = Backoff((60.0, 600.0, 3600.0), jitter=0.0)
LOST, BLAMED = "sem_resposta", "erro_do_servidor"


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


def of_verdicts(items: Sequence[Item], verdicts: Sequence[Verdict], now: datetime) -> list[Outcome]:
    """Return the outcome of each document of an answered request."""
    return [_of_verdict(item, verdict, now) for item, verdict in zip(items, verdicts, strict=True)]


def _of_verdict(item: Item, verdict: Verdict, now: datetime) -> Outcome:
    estado = Estado(verdict.estado)
    due = now + timedelta(seconds=UNKNOWN_SECONDS) if estado is Estado.DESCONHECIDO else now
    counts = (item.tentativas + 1, item.repeticoes, item.erros)
    return Outcome(item.id, estado, verdict.motivo, 200, verdict.mensagem, *counts, due)


def refused(item: Item, motivo: str, http: int | None, mensagem: str | None, now: datetime) -> Outcome:
    """Return the outcome of a document that a person has to look at; its last send is counted already."""
    return _sent(item, Estado.RECUSADO, motivo, http, mensagem, now)


def lost(item: Item, http: int | None, mensagem: str | None, now: datetime) -> Outcome:
    """Return the outcome of a document that may have been stored: asked for after a while, not sent again before."""
    due = now + timedelta(seconds=UNKNOWN_SECONDS)
    return _sent(tried(item), Estado.DESCONHECIDO, LOST, http, mensagem, due)


def unsent(item: Item, now: datetime) -> Outcome:
    """Return the outcome of a document that was tried in vain and is due again; later, if it seems to be the reason."""
    if not item.erros:
        return _sent(item, Estado.PENDENTE, None, None, None, now)
    return _sent(item, Estado.PENDENTE, BLAMED, None, None, now + timedelta(seconds=2.0**item.erros))


def unreadable(row: Arquivo, motivo: str, now: datetime) -> Outcome:
    """Return the outcome of a file that is not what it was when it was scanned."""
    return Outcome(row.id, Estado.QUARENTENA, motivo, None, None, row.tentativas, 0, 0, now)


def unread(row: Arquivo, motivo: str, now: datetime) -> Outcome:
    """Return the outcome of a file that could not be read now: looked at again, a few times at most."""
    failed = (row.erros if row.motivo == motivo else 0) + 1
    again = LOOKS.wait(failed)
    if again is None:
        return unreadable(row, motivo, now)
    due = now + timedelta(seconds=again)
    return replace(_of_row(row, Estado.PENDENTE, motivo, due), erros=failed)


def tried(item: Item) -> Item:
    """Return the item with one more send."""
    return replace(item, tentativas=item.tentativas + 1)


def _sent(
    item: Item, estado: Estado, motivo: str | None, http: int | None, mensagem: str | None, due_at: datetime
) -> Outcome:
    return Outcome(item.id, estado, motivo, http, mensagem, item.tentativas, item.repeticoes, item.erros, due_at)


def found(row: Arquivo, now: datetime) -> Outcome:
    """Return the outcome of an unknown row whose document the office has."""
    return _of_row(row, Estado.ENVIADO, "confirmado", now)


def not_found(row: Arquivo, now: datetime) -> Outcome:
    """Return the outcome of an unknown row whose document the office has not: sent again as one not asked for is.

    One whose sender was killed had no answer that could be lost: it is sent at once, and that does not count.
    """
    if row.tentativas <= row.repeticoes:
        return _of_row(row, Estado.PENDENTE, "nao_encontrado", now)
    return _again(row, "nao_encontrado", now)


def not_asked(row: Arquivo, now: datetime) -> Outcome:
    """Return the outcome of an unknown row that cannot be asked for: sent again after a while, a few times at most."""
    return _again(row, "repetido", now)


def _again(row: Arquivo, motivo: str, now: datetime) -> Outcome:
    again = REPEATS.wait(row.repeticoes + 1)
    if again is None:
        return _of_row(row, Estado.DESCONHECIDO, "sem_confirmacao", NEVER)
    due = now + timedelta(seconds=again)
    return replace(_of_row(row, Estado.PENDENTE, motivo, due), repeticoes=row.repeticoes + 1)


def not_answered(row: Arquivo, now: datetime) -> Outcome:
    """Return the outcome of an unknown row for which the query failed: asked again, a few times at most."""
    again = QUERIES.wait(row.erros + 1)
    if again is None:
        return replace(not_asked(row, now), erros=0)
    due = now + timedelta(seconds=again)
    return replace(_of_row(row, Estado.DESCONHECIDO, row.motivo, due), erros=row.erros + 1)


def _of_row(row: Arquivo, estado: Estado, motivo: str | None, due_at: datetime) -> Outcome:
    counts = (row.tentativas, row.repeticoes, row.erros)
    return Outcome(row.id, estado, motivo, row.http, row.mensagem, *counts, due_at)
