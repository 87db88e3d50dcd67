"""Give back what dead processes of this machine held: a kill costs one sweep, not a whole lease."""

from collections.abc import Iterable

from core.clock import SYSTEM, Clock
from storage.lease import Lease
from storage.session import reading, transaction


def recover(leases: Iterable[Lease], clock: Clock = SYSTEM) -> int:
    """Release the rows of dead holders; return how many. Without any, nothing is written."""
    with reading() as db:
        dead = [(lease, token) for lease in leases for token in lease.orphans(db)]
    if not dead:
        return 0
    with transaction() as db:
        return sum(lease.release(db, token, clock.now()) for lease, token in dead)
