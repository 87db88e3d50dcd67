"""What is owed at a glance: deliveries that wait, that are stopped, and since when the oldest is late."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.capped import Capped
from core.clock import SYSTEM, Clock
from events.delivery.rows import ROWS
from flows.entregas.metrics import STOPPED
from storage.capped import capped
from storage.models.destinos import Destino
from storage.models.eventos import OPEN_SQL, Delivery
from storage.pages import nobody_but_the_operator
from storage.session import reading

# Of the others the oldest is not looked for.
LOOKED_AT = 200


@dataclass(frozen=True)
class Panorama:
    """How many deliveries are to be made, how many of them are under way, and how many stopped, by state.

    `vencida_desde` is when the oldest that is late should have left.
    """

    a_fazer: Capped
    em_voo: Capped
    paradas: dict[str, Capped]
    vencida_desde: datetime | None


def panorama(caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> Panorama:
    """Look at the deliveries of all; each count stays within one index and ends at its limit."""
    mine = nobody_but_the_operator(caller)
    with reading() as db:
        owed = select(Delivery.id).where(mine, text(OPEN_SQL))
        stopped = {
            estado.value: capped(db, select(Delivery.id).where(mine, Delivery.estado == estado)) for estado in STOPPED
        }
        first = _first(db, caller)
        late = first if first is not None and first < clock.now() else None
        return Panorama(capped(db, owed), capped(db, owed.where(ROWS.held)), stopped, late)


def _first(db: Session, caller: Caller) -> datetime | None:
    """Return when the first delivery is due: the index has that by destination, so each is asked for its own."""
    if not caller.is_operator:
        return None
    places = db.scalars(select(Destino.id).order_by(Destino.id).limit(LOOKED_AT))
    firsts = (ROWS.first_due(db, Delivery.destino_id == place) for place in places.all())
    return min((one for one in firsts if one is not None), default=None)
