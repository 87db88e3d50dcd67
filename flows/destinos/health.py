"""How it goes with a destination: what arrived of a day and of a week, how long it took, what went wrong last.

docs/reference/contracts/integracoes.md §10.4.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVarTuple

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from flows.destinos.finding import find
from storage.models.eventos import OPEN_SQL, Attempt, Delivery
from storage.session import reading

Columns = TypeVarTuple("Columns")
DAY, WEEK = timedelta(hours=24), timedelta(days=7)
HALF, MOST, LAST = 50, 95, 5


@dataclass(frozen=True)
class Saude:
    """Figures of one destination.

    `entregas` are attempts that arrived, `falhas` those that did not, `taxa_sucesso` the percentage of both; none where
    nothing was tried. `p50_ms` and `p95_ms` are of the attempts of a day. `ultimos_erros`: the newest first.
    """

    destino_id: int
    nome: str
    entregas_24h: int
    falhas_24h: int
    taxa_sucesso_24h: float | None
    entregas_7d: int
    falhas_7d: int
    taxa_sucesso_7d: float | None
    p50_ms: int | None
    p95_ms: int | None
    pendentes: int
    ultimos_erros: tuple[str, ...]


def saude(name_or_id: str | int, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> Saude:
    """Return the figures of one; raise `NotFound` where it is not the caller's."""
    now = clock.now()
    with reading() as db:
        one = find(db, str(name_or_id), caller)
        (day, bad), (week, bad_week) = (_counted(db, one.id, now - span) for span in (DAY, WEEK))
        return Saude(
            destino_id=one.id,
            nome=one.nome,
            entregas_24h=day - bad,
            falhas_24h=bad,
            taxa_sucesso_24h=_rate(day, bad),
            entregas_7d=week - bad_week,
            falhas_7d=bad_week,
            taxa_sucesso_7d=_rate(week, bad_week),
            p50_ms=_took(db, one.id, now - DAY, day * HALF // 100),
            p95_ms=_took(db, one.id, now - DAY, day * MOST // 100),
            pendentes=_waiting(db, one.id),
            ultimos_erros=_errors(db, one.id, now - WEEK),
        )


def _rate(made: int, bad: int) -> float | None:
    return round(100 * (made - bad) / made, 2) if made else None


def _since(query: Select[*Columns], destino_id: int, begin: datetime) -> Select[*Columns]:
    joined = query.join(Delivery, Delivery.id == Attempt.delivery_id)
    return joined.where(Delivery.destino_id == destino_id, Attempt.started_at >= begin)


def _counted(db: Session, destino_id: int, begin: datetime) -> tuple[int, int]:
    """Return how many attempts were made, and how many of them failed."""
    query = select(func.count(), func.count(Attempt.error)).select_from(Attempt)
    made, bad = db.execute(_since(query, destino_id, begin)).one()
    return made, bad


def _took(db: Session, destino_id: int, begin: datetime, place: int) -> int | None:
    """Return how long the attempt at a place took, the fastest first."""
    query = _since(select(Attempt.duration_ms), destino_id, begin)
    return db.scalar(query.order_by(Attempt.duration_ms).offset(place).limit(1))


def _errors(db: Session, destino_id: int, begin: datetime) -> tuple[str, ...]:
    query = _since(select(Attempt.error), destino_id, begin).where(Attempt.error.is_not(None))
    return tuple(filter(None, db.scalars(query.order_by(Attempt.id.desc()).limit(LAST))))


def _waiting(db: Session, destino_id: int) -> int:
    mine = Delivery.destino_id == destino_id
    return db.scalar(select(func.count()).select_from(Delivery).where(mine, text(OPEN_SQL))) or 0
