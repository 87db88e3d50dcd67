"""Give back what dead processes of this host held: a kill costs seconds, not a whole lease."""

from collections.abc import Iterable
from typing import Any

from claims.sql import SqlClaims
from core.clock import SYSTEM, Clock
from storage.session import reading, transaction


def after_crash(homes: Iterable[SqlClaims[Any, Any]], clock: Clock = SYSTEM) -> int:
    """Let go of the rows of dead holders in all these tables; return how many. Without any, nothing is written."""
    homes = tuple(homes)
    with reading() as db:
        orphaned = [home for home in homes if home.on(db).orphans()]
    if not orphaned:
        return 0
    with transaction() as db:
        return sum(home.on(db).after_crash(clock.now()) for home in orphaned)
