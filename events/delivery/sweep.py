"""Find what every lost message would have told: destinations with due rows that nobody is serving."""

from core.clock import SYSTEM, Clock
from events.delivery.kind import task_of
from events.delivery.queue import ROWS, SLOTS, due_destinations
from storage.marks import mark
from storage.recovery import recover
from storage.session import reading

DESTINATIONS = 500
SWEEP = "entregas.varrer"


def sweep(clock: Clock = SYSTEM) -> list[tuple[int, str]]:
    """Return the destinations to look at now, with the task that serves each, in the order of their last service."""
    recover((ROWS, SLOTS), clock)
    mark(SWEEP, clock)
    with reading() as db:
        due = due_destinations(db, clock.now(), DESTINATIONS)
    return [(row.id, task_of(row.tipo, row.lento)) for row in due]
