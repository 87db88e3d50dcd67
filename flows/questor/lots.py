"""Lots as an operator names them: find one, count its files, say how fast it goes; pause, go on, try again."""

import math
from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import Conflict, NotFound, UsageError
from core.settings.accounts import PADRAO
from flows.questor.rows import NEVER, PENDING
from storage import forgetting
from storage.models.questor import ABERTOS, Estado, QuestorArquivo, QuestorLote
from storage.pages import nobody_but_the_operator
from storage.rows import delete_chosen, table_of
from storage.session import reading, transaction

RATE_SECONDS = 60.0
ARQUIVOS, LOTES = table_of(QuestorArquivo), table_of(QuestorLote)
REPEATABLE = (Estado.RECUSADO, Estado.DESCONHECIDO)


def named(nome: str, conta: str = PADRAO, caller: Caller = OPERATOR) -> QuestorLote:
    """Return a lot by its name; raise `NotFound` with the nearest. Lots are the operator's."""
    with reading() as db:
        everywhere = db.scalars(select(QuestorLote).where(nobody_but_the_operator(caller))).all()
    lots = {lote.nome: lote for lote in everywhere if lote.conta == conta}
    if nome in lots:
        return lots[nome]
    elsewhere = [one for one in everywhere if one.nome == nome]
    if elsewhere:
        raise NotFound(f"O lote {nome!r} é da conta {elsewhere[0].conta!r}, não de {conta!r}.")
    close = get_close_matches(nome, lots, 1)
    hint = f" Seria {close[0]!r}?" if close else ""
    raise NotFound(f"Lote desconhecido: {nome!r}.{hint}", veja=None if close else "lotes")


def totals(db: Session, lote_id: int) -> dict[str, int]:
    """Return how many files of a lot are in each state."""
    query = select(QuestorArquivo.estado, func.count()).where(QuestorArquivo.lote_id == lote_id)
    rows = db.execute(query.group_by(QuestorArquivo.estado).order_by(QuestorArquivo.estado))
    return {estado: total for estado, total in rows}  # noqa: C416 - a row is no pair to dict


def count_accepted(db: Session, lote_id: int, amount: int, now: datetime) -> None:
    """Count accepted documents into the rate of a lot, in the caller's transaction."""
    if amount:
        lote = db.get_one(QuestorLote, lote_id, with_for_update=True)
        lote.ritmo, lote.ritmo_em = _faded(lote, now) + amount, now


def per_second(lote: QuestorLote, now: datetime) -> float:
    """Return how many documents a second are accepted, over about the last minute."""
    return _faded(lote, now) / RATE_SECONDS


def _faded(lote: QuestorLote, now: datetime) -> float:
    elapsed = max((now - lote.ritmo_em).total_seconds(), 0.0) if lote.ritmo_em else 0.0
    return lote.ritmo * math.exp(-elapsed / RATE_SECONDS)


def has_open(db: Session, lote_id: int, before: datetime = NEVER) -> bool:
    """Tell whether files of a lot are to be sent or asked for, due before an instant."""
    mine = (QuestorArquivo.lote_id == lote_id, PENDING.when() < before)
    return any(db.scalar(select(exists().where(*mine, QuestorArquivo.estado == estado))) for estado in ABERTOS)


def pausar(nome: str, conta: str = PADRAO, clock: Clock = SYSTEM) -> None:
    """Start no further request for a lot until it goes on."""
    _change(nome, conta, pausado_em=clock.now())


def retomar(nome: str, conta: str = PADRAO) -> None:
    """Let a lot go on that was paused, or stopped by a fault that is mended now."""
    _change(nome, conta, pausado_em=None, parado_em=None, parado_motivo=None)


def ask(lote_id: int) -> None:
    """Note that somebody wants a lot sent: from now on beat looks after it."""
    with transaction() as db:
        db.execute(update(QuestorLote).where(QuestorLote.id == lote_id).values(enviar=True))


def repetir(nome: str, estado: str, conta: str = PADRAO, clock: Clock = SYSTEM) -> int:
    """Let the files of one final state be sent, or asked for, once more; return how many."""
    if estado not in REPEATABLE:
        raise UsageError(f"Só se repete o que está {' ou '.join(REPEATABLE)}.", campo="estado")
    lote = named(nome, conta)
    mine = (QuestorArquivo.lote_id == lote.id, QuestorArquivo.estado == estado)
    values: dict[str, Any] = {"repeticoes": 0, "erros": 0}
    if estado == Estado.RECUSADO:
        values["estado"] = Estado.PENDENTE
    with transaction() as db:
        changed = PENDING.owe(db, clock.now(), *mine, **values)
        db.execute(update(QuestorLote).where(QuestorLote.id == lote.id).values(concluido_em=None))
        return changed


def _change(nome: str, conta: str, **values: object) -> None:
    lote = named(nome, conta)
    with transaction() as db:
        db.execute(update(QuestorLote).where(QuestorLote.id == lote.id).values(**values))


def remover(nome: str, conta: str = PADRAO) -> int:
    """Delete a lot and the lines of its files, of which nothing in Questor changes; return how many lines.

    Raises:
        Conflict: documents of it are being sent.
    """
    lote = named(nome, conta)
    with transaction() as db:
        db.execute(update(QuestorLote).where(QuestorLote.id == lote.id).values(enviar=False))
    gone = sum(removal(lote.id))
    if not _removed(lote.id):
        raise Conflict(f"Documentos do lote {nome!r} estão sendo enviados; pause-o e tente de novo em seguida.")
    return gone


def removal(lote_id: int) -> Iterator[int]:
    """Delete the lines of a lot that nobody holds, a batch in each transaction; tell how many went each time."""
    mine = select(ARQUIVOS.c.id).where(ARQUIVOS.c.lote_id == lote_id, PENDING.free)
    return (gone for step in forgetting.forget(ARQUIVOS, mine, "arquivos") for gone in step.values())


def _removed(lote_id: int) -> bool:
    """Delete a lot that has no lines any more."""
    empty = ~exists().where(ARQUIVOS.c.lote_id == LOTES.c.id)
    with transaction() as db:
        return bool(delete_chosen(db, LOTES, select(LOTES.c.id).where(LOTES.c.id == lote_id, empty)))


def old(before: datetime) -> list[int]:
    """Return the lots of folders that were done before an instant.

    Those of the store stay: they alone know what of it is at Questor, and without them all of it would be sent again.
    """
    done = (QuestorLote.concluido_em < before, QuestorLote.empresa_id.is_(None))
    with reading() as db:
        return list(db.scalars(select(QuestorLote.id).where(*done)))


def forget(lote_id: int) -> Iterator[int]:
    """Delete a lot batch by batch, itself last; tell how many lines went each time."""
    yield from removal(lote_id)
    _removed(lote_id)
