"""How long a destination's events waited from the commit to their first attempt: a histogram kept in rows.

A run counts them up and writes them about once a second: a killed one forgets that second.
"""

import time
from collections import defaultdict
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import Table, select, true

from claims.many import Many
from storage.direct import Direct, Prepared
from storage.models.destinos import Latencia
from storage.rows import insert_in

INFINITE_MS = 2_147_483_647
BOUNDS_MS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 15_000, 60_000, INFINITE_MS)
WRITE_SECONDS = 1.0
_TABLE = cast("Table", Latencia.__table__)
_MANY = Many({name: _TABLE.c[name] for name in ("destino_id", "ate_ms", "total", "soma_ms")}, "esperas")


def bound(milliseconds: float) -> int:
    """Return the bound of the row that a wait belongs to."""
    return next(limit for limit in BOUNDS_MS if milliseconds <= limit or limit == INFINITE_MS)


class Waits:
    """What a run has counted and not written yet."""

    def __init__(self) -> None:
        self._counted: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
        self._since: float | None = None

    def count(self, destino_id: int, committed: datetime, began: datetime) -> None:
        """Count one first attempt."""
        milliseconds = max((began - committed).total_seconds() * 1000, 0.0)
        row = self._counted[destino_id, bound(milliseconds)]
        row[0] += 1
        row[1] += round(milliseconds)
        self._since = self._since or time.monotonic()

    @property
    def seconds_left(self) -> float | None:
        """In how many seconds they should be written; None when there is nothing to write."""
        return None if self._since is None else max(self._since + WRITE_SECONDS - time.monotonic(), 0.0)

    def write(self, on: Direct) -> None:
        """Add what was counted to the rows, in the order of their keys."""
        if self._since is None:
            return
        rows = [(*key, *self._counted[key]) for key in sorted(self._counted)]
        on.run(_adding(on.dialect.name), _MANY.values(rows, on.dialect))

    def forget(self) -> None:
        """Begin anew: what was written is committed."""
        self._counted.clear()
        self._since = None


@cache
def _adding(dialect: str) -> Prepared:
    new = _MANY.table(dialect)
    # SQLite takes ON CONFLICT for a join's ON unless there is a WHERE.
    statement = insert_in(dialect, _TABLE).from_select(list(_MANY.types), select(*new.c).where(true()))
    added = {name: _TABLE.c[name] + statement.excluded[name] for name in ("total", "soma_ms")}
    return Prepared(statement.on_conflict_do_update(index_elements=["destino_id", "ate_ms"], set_=added))
