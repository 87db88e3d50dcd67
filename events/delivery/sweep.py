"""Find what lost messages would have named: destinations with due rows and a free slot."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from claims.last_times import noted_anew
from core.clock import SYSTEM, Clock
from events.delivery.ahead import put_right
from events.delivery.choosing import of_each, waiting
from events.delivery.kind import task_of
from events.delivery.rows import free_the_dead
from storage.session import reading

# Of more than so many a task looks at all that are due.
DESTINATIONS = 500
SWEEP = "entregas.varrer"


def sweep(clock: Clock = SYSTEM) -> list[tuple[int, str]]:
    """Return the destinations to look at now, with the task that serves each, tenants in turn."""
    free_the_dead(clock)
    # noted first: what cannot be put right ends one sweep of a minute, and not all of them
    if _is_first_of_its_minute(noted_anew(SWEEP, clock), clock):
        put_right(clock)
    return everywhere(clock)


def everywhere(clock: Clock) -> list[tuple[int, str]]:
    """Return the destinations with due rows and a free slot, so many of each kind: one nobody serves hides no other."""
    return _with_tasks(of_each(), clock, DESTINATIONS)


def _is_first_of_its_minute(before: datetime | None, clock: Clock) -> bool:
    """Tell whether the sweep before was in an earlier minute; if it was later than now, one of the two clocks is wrong.

    Where that is ours, what others put off lies too far ahead for us alone.
    """
    return before is None or before < clock.now().replace(second=0, microsecond=0)


def due(clock: Clock, tasks: frozenset[str] | None, limit: int) -> list[tuple[int, str]]:
    """Return at most so many destinations with due rows and a free slot, of these tasks (None: of all)."""
    found = waiting(tasks).subquery()
    return _with_tasks(select(found.c.id, found.c.tipo, found.c.lento), clock, limit)


def _with_tasks(query: Select[Any], clock: Clock, limit: int) -> list[tuple[int, str]]:
    with reading() as db:
        rows = db.execute(query, {"p_now": clock.now(), "p_candidates": limit})
        return [(row.id, task_of(row.tipo, row.lento)) for row in rows]
