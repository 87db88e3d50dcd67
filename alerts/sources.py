"""Every source that no flow judges by itself: a folder here with one file for each condition, found by walking.

A condition is a module with `judge(moment)`, which gives one judgement for each of its objects, true or not. The source
is the folder's name.
"""

import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

import alerts
from alerts import state
from alerts.judgement import Judgement
from alerts.moment import Moment
from core import walk
from core.errors import PlatformError
from core.logs import get_logger
from storage.models.alertas import Alerta
from storage.session import reading, transaction

Condition = Callable[[Moment], Iterable[Judgement]]
Said = list[tuple[str, list[Judgement]]]
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

    A source or a condition that fails costs itself; where every source does, the fault is raised: nothing was judged.
    """
    return _apart((fonte, partial(_judge, fonte, found, now, periodos)) for fonte, found in sources().items())


def _apart(parts: Iterable[tuple[str, Callable[[], list[str]]]]) -> list[str]:
    """Do each part, whatever the others do; where all fail, raise the last fault."""
    events, well, failed = list[str](), False, None
    for name, part in parts:
        try:
            events += part()
            well = True
        except Exception as fault:  # noqa: BLE001 - one may not hide the others
            log.error("alerts could not be judged", part=name, fault=str(fault))
            failed = fault
    if failed is not None and not well:
        raise failed
    return events


def _judge(fonte: str, conditions: list[Condition], now: datetime, periodos: dict[str, float]) -> list[str]:
    said, whole = _judged(fonte, conditions, now, periodos)
    judged = [one for _, given in said for one in given]
    if not any(one.ativo for one in judged) and not _has_open(fonte):
        return []
    try:
        return _bring(fonte, judged, now, whole=whole)
    except PlatformError:
        raise
    except Exception as fault:  # noqa: BLE001 - what one condition says may not keep back what others say
        log.error("source could not be told at once", fonte=fonte, fault=str(fault))
        return _apart((name, partial(_bring, fonte, given, now, whole=False)) for name, given in said if given)


def _judged(fonte: str, conditions: list[Condition], now: datetime, periodos: dict[str, float]) -> tuple[Said, bool]:
    """Return what each condition says, by its name, and whether all of them could say it."""
    said, whole = Said(), True
    with reading() as db:
        moment = Moment(db, now, _opened(db, fonte), periodos)
        for condition in conditions:
            given = list[Judgement]()
            said.append((condition.__module__, given))
            try:
                given.extend(condition(moment))
            except Exception as fault:  # noqa: BLE001 - one condition may not hide the others
                whole = False
                log.error("condition could not be judged", condition=condition.__module__, fault=str(fault))
                # after a failed statement PostgreSQL refuses all others of its transaction
                db.rollback()
    return said, whole


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
