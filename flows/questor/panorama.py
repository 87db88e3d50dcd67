"""Lots at a glance: how far the open ones are, and when they will end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import NotFound
from flows.questor.views import Progress, progress
from storage.models.questor import QuestorLote
from storage.pages import nobody_but_the_operator
from storage.session import reading

SHOWN = 6
DIGITS = 19


@dataclass(frozen=True)
class LoteVisto:
    """A lot: asked to be sent or only read (`enviar`), done at `concluido_em`, and how far it is."""

    id: int
    enviar: bool
    concluido_em: datetime | None
    andamento: Progress


def panorama(caller: Caller = OPERATOR, limite: int = SHOWN, clock: Clock = SYSTEM) -> tuple[LoteVisto, ...]:
    """Look at the newest lots, those that are not done first; a user meets none."""
    with reading() as db:
        found = _chosen(db, caller, limite)
    return tuple(
        LoteVisto(one.id, one.enviar, one.concluido_em, progress(one.nome, one.conta, caller=caller, clock=clock))
        for one in found
    )


def _chosen(db: Session, caller: Caller, limite: int) -> list[QuestorLote]:
    done = QuestorLote.concluido_em.is_not(None)
    query = select(QuestorLote).where(nobody_but_the_operator(caller))
    return list(db.scalars(query.order_by(done, QuestorLote.id.desc()).limit(limite)))


def named(number: str, caller: Caller = OPERATOR) -> QuestorLote:
    """Return a lot by its number, as a page knows it; raise `NotFound`."""
    which = int(number) if number.isascii() and number.isdigit() and len(number) < DIGITS else 0
    with reading() as db:
        found = db.scalar(select(QuestorLote).where(QuestorLote.id == which, nobody_but_the_operator(caller)))
    if found is None:
        raise NotFound(f"Não há o lote {number[:DIGITS]!r}.", veja="lotes")
    return found
