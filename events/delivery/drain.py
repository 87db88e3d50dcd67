"""Deliver what one destination is owed, here and now, and tell how it went."""

from dataclasses import dataclass

from sqlalchemy import select

from claims.pump import Pace, Pump
from core import loop
from core.clock import SYSTEM, Clock
from events.delivery import engine
from events.delivery.choosing import has_due, served_by
from events.delivery.engine import Engine
from events.delivery.rows import SLOTS
from storage.models.destinos import Destino
from storage.session import reading

BUDGET_SECONDS = 5.0
BUDGET_ROWS = 500


@dataclass
class Report(engine.Report):
    """What a drain did. `mais`: more rows are due already. `ocupado`: another process holds the destination."""

    mais: bool = False
    ocupado: bool = False


def drain(destino_id: int, clock: Clock = SYSTEM) -> Report:
    """Deliver what one destination is owed, for at most 5 s or 500 rows; safe to run twice at once."""
    work = Engine(None, clock, budget=BUDGET_ROWS)
    work.hint((destino_id,))

    async def whole() -> None:
        await Pump(work, Pace(gather=0.0, most=BUDGET_SECONDS)).run()

    loop.run(whole())
    done = work.report
    if not work.served:
        return Report(ocupado=not _is_free(destino_id, clock))
    return Report(done.feitas, done.entregues, mais=_has_more(destino_id, clock))


def _is_free(destino_id: int, clock: Clock) -> bool:
    """Tell whether a destination could be served, if it were owed anything."""
    free = select(Destino.id).where(Destino.id == destino_id, *SLOTS.due(clock.now()), served_by(None))
    with reading() as db:
        return db.scalar(free) is not None


def _has_more(destino_id: int, clock: Clock) -> bool:
    """Tell whether rows are due of a destination that may be served now."""
    free = (Destino.id == destino_id, *SLOTS.due(clock.now()), Destino.ordem_estrita.is_(False))
    with reading() as db:
        return db.scalar(select(Destino.id).where(*free, has_due()), {"p_now": clock.now()}) is not None
