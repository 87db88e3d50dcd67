"""How it goes with destinations: what arrived of a day and of a week, how long it took, what went wrong last.

docs/reference/contracts/integracoes.md §10.4.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from flows.destinos.finding import find
from storage.models.destinos import Destino
from storage.models.eventos import Attempt, Delivery, Estado
from storage.pages import visible
from storage.session import reading

DAY, WEEK = timedelta(hours=24), timedelta(days=7)
HALF, MOST, LAST = 50, 95, 5
WAITING = (Estado.PENDENTE, Estado.ENVIANDO)


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
    with reading() as db:
        one = find(db, str(name_or_id), caller)
        return _figures(db, Destino.id == one.id, clock.now())[0]


def saudes(caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> tuple[Saude, ...]:
    """Return the figures of all of the caller's destinations, by number."""
    with reading() as db:
        return _figures(db, visible(caller, Destino.usuario_id), clock.now())


def _figures(db: Session, which: ColumnElement[bool], now: datetime) -> tuple[Saude, ...]:
    names = db.execute(select(Destino.id, Destino.nome).where(which).order_by(Destino.id)).all()
    day, week = _counted(db, which, now - DAY), _counted(db, which, now - WEEK)
    took, errors, waiting = _took(db, which, now - DAY), _errors(db, which, now - WEEK), _waiting(db, which)
    return tuple(
        Saude(
            destino_id=number,
            nome=nome,
            entregas_24h=day.get(number, (0, 0))[0],
            falhas_24h=day.get(number, (0, 0))[1],
            taxa_sucesso_24h=_rate(*day.get(number, (0, 0))),
            entregas_7d=week.get(number, (0, 0))[0],
            falhas_7d=week.get(number, (0, 0))[1],
            taxa_sucesso_7d=_rate(*week.get(number, (0, 0))),
            p50_ms=took.get((number, HALF)),
            p95_ms=took.get((number, MOST)),
            pendentes=waiting.get(number, 0),
            ultimos_erros=errors.get(number, ()),
        )
        for number, nome in names
    )


def _rate(good: int, bad: int) -> float | None:
    return round(100 * good / (good + bad), 2) if good + bad else None


def _since(query: Select[*tuple[Any, ...]], which: ColumnElement[bool], begin: datetime) -> Select[*tuple[Any, ...]]:
    joined = query.join(Delivery, Delivery.id == Attempt.delivery_id).join(Destino, Destino.id == Delivery.destino_id)
    return joined.where(which, Attempt.started_at >= begin)


def _counted(db: Session, which: ColumnElement[bool], begin: datetime) -> dict[int, tuple[int, int]]:
    bad = func.sum(case((Attempt.error.is_(None), 0), else_=1))
    query = select(Delivery.destino_id, func.count(), bad).select_from(Attempt).group_by(Delivery.destino_id)
    return {row[0]: (row[1] - row[2], row[2]) for row in db.execute(_since(query, which, begin))}


def _took(db: Session, which: ColumnElement[bool], begin: datetime) -> dict[tuple[int, int], int]:
    """Return the durations at two places of those of each destination, by its number and the percentage."""
    mine = Delivery.destino_id
    place = func.row_number().over(partition_by=mine, order_by=Attempt.duration_ms).label("place")
    total = func.count().over(partition_by=mine).label("total")
    ranked = _since(select(mine, Attempt.duration_ms, place, total).select_from(Attempt), which, begin).subquery()
    found = {}
    for percent in (HALF, MOST):
        # the first place at or above it, in whole numbers
        at = (ranked.c.total * percent + 99) // 100
        for number, took in db.execute(select(ranked.c[0], ranked.c[1]).where(ranked.c.place == at)):
            found[number, percent] = took
    return found


def _errors(db: Session, which: ColumnElement[bool], begin: datetime) -> dict[int, tuple[str, ...]]:
    mine = Delivery.destino_id
    place = func.row_number().over(partition_by=mine, order_by=Attempt.id.desc()).label("place")
    query = select(mine, Attempt.error, place).select_from(Attempt).where(Attempt.error.is_not(None))
    newest = _since(query, which, begin).subquery()
    found: dict[int, tuple[str, ...]] = {}
    for number, error, _ in db.execute(select(newest).where(newest.c.place <= LAST).order_by(newest.c.place)):
        found[number] = (*found.get(number, ()), error)
    return found


def _waiting(db: Session, which: ColumnElement[bool]) -> dict[int, int]:
    query = select(Delivery.destino_id, func.count()).join(Destino, Destino.id == Delivery.destino_id)
    counted = query.where(which, Delivery.estado.in_(WAITING)).group_by(Delivery.destino_id)
    return {number: amount for number, amount in db.execute(counted)}  # noqa: C416 - a row is no pair to dict
