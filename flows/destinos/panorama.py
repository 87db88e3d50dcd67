"""Destinations at a glance: what each is owed, how the newest attempts went, and how long they took."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, or_, select, text
from sqlalchemy.orm import Session, joinedload

from core.caller import OPERATOR, Caller
from core.capped import Capped
from core.clock import SYSTEM, Clock
from flows.destinos.views import DestinationView, view
from storage.capped import capped
from storage.models.destinos import Destino
from storage.models.eventos import OPEN_SQL, Attempt, Delivery
from storage.pages import visible
from storage.session import reading

SHOWN = 20
# So many of the newest attempts are looked at, whoever they were made for, and none that is older than a day.
NEWEST, DAY = 2_000, timedelta(hours=24)
OWED = 1_000


@dataclass(frozen=True)
class Figures:
    """Of the newest attempts of a destination: how many, how many succeeded, half and 95 % of them were faster than."""

    tentativas: int
    boas: int
    mediana_ms: int
    p95_ms: int

    @property
    def taxa(self) -> float:
        """The share that succeeded, in percent."""
        return 100 * self.boas / self.tentativas


@dataclass(frozen=True)
class DestinoVisto:
    """A destination, what waits for it, and its figures; none without an attempt of late."""

    destino: DestinationView
    a_fazer: Capped
    figuras: Figures | None


@dataclass(frozen=True)
class Panorama:
    """The destinations, those in trouble first; `total` counts them all."""

    total: Capped
    com_problema: Capped
    destinos: tuple[DestinoVisto, ...]


def panorama(caller: Caller = OPERATOR, limite: int = SHOWN, clock: Clock = SYSTEM) -> Panorama:
    """Look at the caller's destinations."""
    mine = visible(caller, Destino.usuario_id)
    bad = or_(Destino.desligado_em.is_not(None), Destino.circuito_espera > 0, Destino.falhando_desde.is_not(None))
    order = (case((bad, 0), (Destino.pausado_em.is_not(None), 1), (Destino.ativo, 2), else_=3), Destino.id)
    with reading() as db:
        every = select(Destino.id).where(mine)
        found = db.scalars(
            select(Destino).options(joinedload(Destino.usuario)).where(mine).order_by(*order).limit(limite)
        ).all()
        figures = _figures(db, [one.id for one in found], clock.now() - DAY)
        seen = tuple(DestinoVisto(view(one), _owed(db, one.id), figures.get(one.id)) for one in found)
        return Panorama(capped(db, every), capped(db, every.where(bad)), seen)


def _owed(db: Session, number: int) -> Capped:
    return capped(db, select(Delivery.id).where(Delivery.destino_id == number, text(OPEN_SQL)), OWED)


def _figures(db: Session, numbers: Sequence[int], since: datetime) -> dict[int, Figures]:
    """Return the figures of these destinations, of the newest attempts of all."""
    newest = select(Attempt.delivery_id, Attempt.started_at, Attempt.duration_ms, Attempt.error)
    some = newest.order_by(Attempt.id.desc()).limit(NEWEST).subquery()
    # asked row by row: a planner that joins them reads the whole table of deliveries
    whose = select(Delivery.destino_id).where(Delivery.id == some.c.delivery_id).scalar_subquery()
    query = select(whose, some.c.duration_ms, some.c.error.is_(None)).where(some.c.started_at >= since)
    took: defaultdict[int, list[int]] = defaultdict(list)
    good: defaultdict[int, int] = defaultdict(int)
    wanted = set(numbers)
    for number, milliseconds, succeeded in db.execute(query):
        if number in wanted:
            took[number].append(milliseconds)
            good[number] += bool(succeeded)
    return {number: _of(sorted(times), good[number]) for number, times in took.items()}


def _of(times: Sequence[int], good: int) -> Figures:
    return Figures(len(times), good, _within(times, 0.5), _within(times, 0.95))


def _within(times: Sequence[int], share: float) -> int:
    return times[min(int(len(times) * share), len(times) - 1)]
