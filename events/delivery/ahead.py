"""What a clock that was ahead for a while put off further than anything ever is: it is due now."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from core.settings.deliveries import DeliverySettings
from events.delivery.rows import AT_ONCE, ROWS, SLOTS
from events.delivery.schedule import PER_SECOND, longest_wait
from storage.models.destinos import Destino
from storage.models.eventos import OPEN_SQL, Delivery
from storage.session import reading, transaction

# The next probe of a circuit is due within a quarter of it, and who has no token yet may be looked at too soon.
LONGEST_SLOT = timedelta(hours=1)


def put_right(clock: Clock = SYSTEM) -> None:
    """Let what nobody holds and lies too far ahead be due now; without any, nothing is written."""
    now = clock.now()
    with reading() as db:
        slots, rows = _late_slots(db, now), _late_rows(db, now)
    if not slots and not rows:
        return
    with transaction() as db:
        # in the order of their numbers, as everybody locks them
        for number in slots:
            SLOTS.owe(db, AT_ONCE, Destino.id == number, SLOTS.when() > now + LONGEST_SLOT)
        for number, latest in rows.items():
            ROWS.owe(db, now, Delivery.destino_id == number, text(OPEN_SQL), ROWS.when() > latest)


def _late_slots(db: Session, now: datetime) -> Sequence[int]:
    late = select(Destino.id).where(SLOTS.free, SLOTS.when() > now + LONGEST_SLOT)
    return db.scalars(late.order_by(Destino.id)).all()


def _late_rows(db: Session, now: datetime) -> Mapping[int, datetime]:
    """Return the destinations with rows that may lie too far ahead, each with the latest that a row of it may be due.

    What is recovered has its turn behind all that is owed to the destination, however much that is.
    """
    farthest = now + longest_wait(DeliverySettings.current())
    late = exists().where(Delivery.destino_id == Destino.id, text(OPEN_SQL), ROWS.free, ROWS.when() > farthest)
    found = db.scalars(select(Destino.id).where(late).order_by(Destino.id)).all()
    owed = select(Delivery.destino_id, func.count()).where(Delivery.destino_id.in_(found), text(OPEN_SQL))
    amounts = db.execute(owed.group_by(Delivery.destino_id)).all() if found else []
    return {number: farthest + timedelta(seconds=amount / PER_SECOND) for number, amount in amounts}
