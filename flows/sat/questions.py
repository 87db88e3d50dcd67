"""What may be asked now: boxes whose rows this process holds, and with each the address where it is asked.

An address is a row of its own, because boxes may trade addresses or be renamed while one of them is asked: a hub takes
one question at a time, and a deadline counts from the turn (docs/reference/contracts/sat.md §3).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.sat.shape import Contexto
from claims.lease import lease_seconds
from core.clock import Clock
from core.settings.sat import BoxSettings
from flows.sat.context import contexts
from flows.sat.rows import ADDRESSES, BOXES, AddressOutcome, BoxRow
from storage.models.sat import Caixa
from storage.session import reading

# So soon a box is looked at again whose address was being asked.
TURN_SECONDS = 1.0


@dataclass(frozen=True)
class Question:
    """A box that this process may ask now, with a session number of its own and what its answer is judged by."""

    row_id: int
    address_id: int
    box: BoxSettings
    sessao: int
    token: str
    contexto: Contexto


def something_due(now: datetime) -> bool:
    """Tell whether a box is due; most looks end here, without a writing transaction."""
    with reading() as db:
        return db.scalar(select(Caixa.id).where(*BOXES.due(now)).limit(1)) is not None


def claim(
    db: Session,
    boxes: Mapping[str, BoxSettings],
    room: int,
    token: str,
    clock: Clock,
    *,
    early: bool = False,
    work: float = 0,
) -> list[Question]:
    """Claim at most so many of these boxes that are due, with `early` also others that are free.

    They and their addresses are held for as long as the slowest may take, and `work` seconds more.
    """
    if not boxes or not room:
        return []
    now = clock.now()
    seconds = lease_seconds(max(box.timeout_seconds for box in boxes.values()), work)
    rows = BOXES.on(db, BOXES.table.c.nome.in_(boxes), early=early).claim(room, now, seconds, token)
    free = _addresses(db, {boxes[row.nome].address for row in rows}, now, seconds, token)
    mine = [row for row in rows if boxes[row.nome].address in free]
    waiting = {row.id for row in rows} - {row.id for row in mine}
    BOXES.on(db).give_back(token, waiting, now + timedelta(seconds=TURN_SECONDS))
    known = contexts(db, [boxes[row.nome] for row in mine], clock)
    return [_question(row, boxes[row.nome], free, token, known) for row in mine]


def _addresses(db: Session, wanted: Collection[str], now: datetime, seconds: float, token: str) -> dict[str, int]:
    """Claim these addresses; return the numbers of those that were free."""
    if not wanted:
        return {}
    free = ADDRESSES.on(db, ADDRESSES.table.c.endereco.in_(wanted), early=True)
    return {row.endereco: row.id for row in free.claim(len(wanted), now, seconds, token)}


def _question(
    row: BoxRow, box: BoxSettings, addresses: Mapping[str, int], token: str, known: Mapping[str, Contexto]
) -> Question:
    return Question(row.id, addresses[box.address], box, row.sessao, token, known[box.name])


def give_back(db: Session, questions: Sequence[Question], now: datetime) -> None:
    """Let go of boxes that were not asked, and of their addresses."""
    for token in {one.token for one in questions}:
        BOXES.on(db).give_back(token, [one.row_id for one in questions if one.token == token], now)
    free_addresses(db, questions, now)


def free_addresses(db: Session, questions: Sequence[Question], now: datetime) -> None:
    """Let others ask where these questions were asked."""
    for token in {one.token for one in questions}:
        ids = [one.address_id for one in questions if one.token == token]
        ADDRESSES.on(db).settle(token, [AddressOutcome(number, now) for number in ids])
