"""Whose turn it is: boxes that this process may ask now, because it holds their rows."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from alerts.sat.shape import Contexto
from core.clock import Clock
from core.settings.sat import BoxSettings
from flows.sat.boxes import BOXES
from flows.sat.configured import configured
from flows.sat.context import contexts
from storage.models import Caixa
from storage.owner import new_token
from storage.session import reading, transaction

MARGIN_SECONDS = 15.0


@dataclass(frozen=True)
class Turn:
    """A box that this process may ask now, with a session number of its own and what its answer is judged by."""

    row_id: int
    box: BoxSettings
    sessao: int
    token: str
    contexto: Contexto


def due(room: int, clock: Clock) -> list[Turn]:
    """Lease at most so many boxes that are due."""
    with reading() as db:
        if not room or db.scalar(select(Caixa.id).where(*BOXES.due(clock.now())).limit(1)) is None:
            return []
    return _claim(configured(), room, clock, early=False)


def asked_for(nomes: Collection[str], room: int, clock: Clock, seconds: float = 0) -> list[Turn]:
    """Lease at most so many of these boxes, due or not, that nobody is asking, for that long at least."""
    if not room or not nomes:
        return []
    boxes = {nome: box for nome, box in configured().items() if nome in nomes}
    return _claim(boxes, room, clock, early=True, seconds=seconds)


def _claim(boxes: dict[str, BoxSettings], room: int, clock: Clock, *, early: bool, seconds: float = 0) -> list[Turn]:
    """Lease boxes for as long as the slowest of them may take."""
    if not boxes:
        return []
    token, now = new_token(), clock.now()
    longest = max(seconds, *(box.timeout_seconds for box in boxes.values())) + MARGIN_SECONDS
    with transaction() as db:
        rows = BOXES.claim(db, now, longest, room, BOXES.table.c.nome.in_(boxes), token=token, early=early)
        known = contexts(db, [boxes[row.nome] for row in rows], clock)
    return [Turn(row.id, boxes[row.nome], row.sessao, token, known[row.nome]) for row in rows]
