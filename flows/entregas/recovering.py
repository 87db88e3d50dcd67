"""Bring back what a destination failed to get since an instant: in batches, each a transaction, so that millions hold
nobody up; a recovery that was cut off is done again and goes on."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from sqlalchemy import Select, bindparam, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from core.errors import UsageError
from events import subscriptions, wake
from events.audience import wanted_by
from events.catalog import Teste
from events.delivery import schedule
from events.delivery.kind import to_wake
from events.delivery.rows import ROWS
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Estado, Event
from storage.session import reading, transaction

LONGEST = timedelta(days=14)
PER_SECOND = schedule.PER_SECOND
FAILED = (Estado.ESGOTADO, Estado.BLOQUEADO)
BATCH = 1000
AGAIN = ROWS.owing(
    bindparam("turn"),
    Delivery.id == bindparam("row_id"),
    or_(*(Delivery.estado == estado for estado in FAILED)),
    estado=Estado.PENDENTE,
    tentativas=0,
    finished_at=None,
)
Owe = Callable[[Session, Destino, Sequence[int], Iterator[datetime]], None]


def recover(destino_id: int, desde: datetime, *, tudo: bool = False, clock: Clock = SYSTEM) -> int:
    """Make due again all that `batches` does; return how many deliveries."""
    return sum(batches(destino_id, desde, tudo=tudo, clock=clock))


def batches(destino_id: int, desde: datetime, *, tudo: bool = False, clock: Clock = SYSTEM) -> Iterator[int]:
    """Make due again what a destination failed to get since an instant; with `tudo` also what it was never owed.

    A few per second. Yields how many deliveries after each batch; what was brought back is not met again.

    Raises:
        UsageError: the instant is to come, or longer ago than 14 days.
    """
    now = clock.now()
    _check(desde, now)
    turns = (now + timedelta(seconds=number / PER_SECOND) for number in count())
    for state in FAILED:
        yield from _batches(destino_id, partial(_failed, desde=desde, state=state), _again, turns)
    if tudo:
        yield from _batches(destino_id, partial(_missed, desde=desde), partial(_new, now=now), turns)


def amount(destino_id: int, desde: datetime, *, tudo: bool = False, clock: Clock = SYSTEM) -> int:
    """Return how many deliveries a recovery would bring back now; it changes nothing."""
    _check(desde, clock.now())
    with reading() as db:
        destino = db.get_one(Destino, destino_id)
        wanted = [_failed(db, destino, desde, state) for state in FAILED]
        wanted += [_missed(db, destino, desde)] if tudo else []
        return sum(db.scalar(select(func.count()).select_from(one.subquery())) or 0 for one in wanted)


def _check(desde: datetime, now: datetime) -> None:
    if now - desde > LONGEST:
        raise UsageError("Só é possível recuperar os últimos 14 dias.", campo="desde")
    if desde > now:
        raise UsageError("O início da recuperação está no futuro.", campo="desde")


def _batches(
    destino_id: int, chosen: Callable[[Session, Destino], Select[int]], owe: Owe, turns: Iterator[datetime]
) -> Iterator[int]:
    """Owe what is chosen, the oldest first, a batch at a time, until the choice is at its end."""
    last = 0
    while True:
        with transaction() as db:
            # two recoveries at once take turns
            destino = db.get(Destino, destino_id, with_for_update={"key_share": True})
            if destino is None:
                return
            query = chosen(db, destino)
            key = query.selected_columns[0]
            ids = db.scalars(query.where(key > last).order_by(key).limit(BATCH)).all()
            if ids:
                owe(db, destino, ids, turns)
                wake.after_commit(db, to_wake(destino.id, destino.tipo, lento=destino.lento))
        if not ids:
            return
        last = ids[-1]
        yield len(ids)


def _failed(_: Session, destino: Destino, desde: datetime, state: Estado) -> Select[int]:
    """Return what was given up; a test that failed is not tried again by anybody."""
    test = exists().where(Event.id == Delivery.event_id, Event.nome == Teste.evento)
    mine = Delivery.destino_id == destino.id, Delivery.estado == state, Delivery.created_at >= desde
    return select(Delivery.id).where(*mine, ~test)


def _again(db: Session, destino: Destino, ids: Sequence[int], turns: Iterator[datetime]) -> None:
    db.connection().execute(AGAIN, [{"row_id": number, "turn": next(turns)} for number in ids])


def _missed(db: Session, destino: Destino, desde: datetime) -> Select[int]:
    """Return the events that the destination is subscribed to and was never owed, but for those of another alone."""
    owed = exists().where(Delivery.event_id == Event.id, Delivery.destino_id == destino.id)
    named = Event.nome.in_(subscriptions.names(destino.eventos, destino.tipo))
    open_to_all = Event.restrito.is_not(True)
    return select(Event.id).where(Event.occurred_at >= desde, named, open_to_all, wanted_by(db, destino), ~owed)


def _new(db: Session, destino: Destino, ids: Sequence[int], turns: Iterator[datetime], *, now: datetime) -> None:
    rows = [
        {
            "event_id": event_id,
            "destino_id": destino.id,
            "estado": Estado.PENDENTE,
            "tentativas": 0,
            "due_at": next(turns),
            "created_at": now,
        }
        for event_id in ids
    ]
    db.execute(insert(Delivery), rows)
