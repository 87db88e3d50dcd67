"""How many documents came on each of thirty days, as the totals count them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.caller import Caller
from core.settings.core import CoreSettings
from core.wall_clock import local_day
from flows.documentos.contados import once
from storage.models.documentos import DE_CTE, DE_NFE, Documento

DAYS = 30


def serie(db: Session, ate: date, caller: Caller) -> list[dict[str, Any]]:
    """Return the days that end with one, the oldest first, with their NF-e and CT-e."""
    days = [ate - timedelta(days=before) for before in reversed(range(DAYS))]
    nfe, cte = (_counts(db, days, kinds, caller) for kinds in (DE_NFE, DE_CTE))
    return [
        {"dia": day.isoformat(), "nfe": nfe.get(place, 0), "cte": cte.get(place, 0)} for place, day in enumerate(days)
    ]


def _counts(db: Session, days: Sequence[date], kinds: tuple[str, ...], caller: Caller) -> dict[int, int]:
    """Return how many documents each day has, by its place; the table is read once."""
    zone = CoreSettings.current().zone
    spans = [local_day(day, zone) for day in days]
    when = Documento.data_importacao
    place = case(*((when < end, number) for number, (_, end) in enumerate(spans))).label("lugar")
    within = (when >= spans[0][0], when < spans[-1][1])
    found = select(place).where(*once(db, caller, kinds), *within).subquery()
    counted = db.execute(select(found.c.lugar, func.count()).group_by(found.c.lugar))
    return {row[0]: row[1] for row in counted}
