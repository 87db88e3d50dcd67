"""Every source that no flow judges by itself: a folder here with one file for each condition, found by walking.

A condition is a module with `judge(moment)`, which gives one judgement for each of its objects, true or not. The source
is the folder's name.
"""

import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import alerts
from alerts import state
from alerts.judgement import Judgement
from alerts.moment import Moment
from core import walk
from core.logs import get_logger
from storage.models.alertas import Alerta
from storage.session import reading, transaction

Condition = Callable[[Moment], Iterable[Judgement]]
# Judged by its own flow, on each answer of a box.
ELSEWHERE = ("sat",)
log = get_logger(__name__)


def sources() -> dict[str, list[Condition]]:
    """Return the conditions of each source."""
    found: dict[str, list[Condition]] = {}
    for package in pkgutil.iter_modules(alerts.__path__):
        if package.ispkg and package.name not in ELSEWHERE:
            modules = walk.modules(f"alerts.{package.name}")
            found[package.name] = [module.judge for module in modules if hasattr(module, "judge")]
    return found


def judge_all(now: datetime, periodos: dict[str, float]) -> list[str]:
    """Judge every source and tell what changed; return the `webhook-id` of each event.

    A condition that fails costs itself.
    """
    events: list[str] = []
    for fonte, conditions in sources().items():
        judged, whole = _judged(fonte, conditions, now, periodos)
        if any(one.ativo for one in judged) or _has_open(fonte):
            events += _bring(fonte, judged, now, whole=whole)
    return events


def _judged(
    fonte: str, conditions: list[Condition], now: datetime, periodos: dict[str, float]
) -> tuple[list[Judgement], bool]:
    """Return what the conditions say, and whether each of them could say it."""
    judged: list[Judgement] = []
    whole = True
    with reading() as db:
        moment = Moment(db, now, _opened(db, fonte), periodos)
        for condition in conditions:
            try:
                judged += condition(moment)
            except Exception as fault:  # noqa: BLE001 - one condition may not hide the others
                whole = False
                log.error("condition could not be judged", condition=condition.__module__, fault=str(fault))
    return judged, whole


def _opened(db: Session, fonte: str) -> dict[str, dict[str, datetime]]:
    found: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    query = select(Alerta.objeto, Alerta.codigo, Alerta.aberto_em)
    for objeto, codigo, since in db.execute(query.where(Alerta.fonte == fonte, Alerta.resolvido_em.is_(None))):
        found[objeto][codigo] = since
    return found


def _has_open(fonte: str) -> bool:
    with reading() as db:
        query = select(Alerta.id).where(Alerta.fonte == fonte, Alerta.resolvido_em.is_(None)).limit(1)
        return db.scalar(query) is not None


def _bring(fonte: str, judged: list[Judgement], now: datetime, *, whole: bool) -> list[str]:
    with transaction() as db:
        changes = state.apply(db, fonte, judged, now, known=state.locked(db, fonte))
        if whole:
            # what is there no longer is wrong no longer
            state.forget(db, fonte, changes.keys(), now)
    return [event for change in changes.values() for event in change.eventos]
