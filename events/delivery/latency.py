"""How long a destination's events waited from the commit to their first attempt: a histogram kept in rows.

Only the drain that holds the destination writes its rows, so nobody waits for another.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.models import Latencia

INFINITE_MS = 2_147_483_647
BOUNDS_MS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 15_000, 60_000, INFINITE_MS)


def bound(milliseconds: float) -> int:
    """Return the bound of the row that a wait belongs to."""
    return next(limit for limit in BOUNDS_MS if milliseconds <= limit or limit == INFINITE_MS)


def record(db: Session, destino_id: int, waits: Sequence[tuple[datetime, datetime]]) -> None:
    """Count these (commit, first attempt) pairs."""
    counts: Counter[int] = Counter()
    sums: Counter[int] = Counter()
    for committed, began in waits:
        milliseconds = max((began - committed).total_seconds() * 1000, 0.0)
        counts[bound(milliseconds)] += 1
        sums[bound(milliseconds)] += round(milliseconds)
    if not counts:
        return
    mine = Latencia.destino_id == destino_id
    known = set(db.scalars(select(Latencia.ate_ms).where(mine, Latencia.ate_ms.in_(counts))))
    for ate_ms, total in counts.items():
        if ate_ms not in known:
            db.add(Latencia(destino_id=destino_id, ate_ms=ate_ms, total=total, soma_ms=sums[ate_ms]))
            continue
        values = {"total": Latencia.total + total, "soma_ms": Latencia.soma_ms + sums[ate_ms]}
        db.execute(update(Latencia).where(mine, Latencia.ate_ms == ate_ms).values(**values))
