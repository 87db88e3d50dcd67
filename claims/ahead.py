"""What a clock that was ahead for a while put off further than anything ever is: it is due now."""

from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select

from claims.sql import Condition, SqlClaims
from core.clock import SYSTEM, Clock
from storage.session import reading, transaction

# The clocks of two machines may differ by that much, and nothing is wrong.
SLACK = timedelta(hours=1)


def put_right(home: SqlClaims[Any, Any], longest: timedelta, *where: Condition, clock: Clock = SYSTEM) -> int:
    """Let rows be due now that nobody holds and that wait for longer than any ever does; return how many."""
    now = clock.now()
    late = (*where, *home.ready, home.when() > now + longest + SLACK)
    with reading() as db:
        if not db.scalar(select(exists().where(home.free, *late))):
            return 0
    with transaction() as db:
        return home.owe(db, now, *late)
