"""How long a lease lasts: one rule for all work, so that nothing outlives what it was claimed for."""

from datetime import datetime, timedelta

RESERVE_SECONDS = 30.0
MARGIN_SECONDS = 5.0


def lease_seconds(request: float, work: float = 0.0) -> float:
    """Return the length of a lease for requests of at most `request` seconds, the last begun after `work` seconds.

    Twice the request, because one may begin while another of the same row's batch is still waited for; the reserve is
    for writing what came of them, on a database that lets others go first.
    """
    return work + 2 * request + RESERVE_SECONDS


def may_begin(now: datetime, request: float, ends: datetime) -> bool:
    """Tell whether a request that may last so many seconds surely ends before the lease does."""
    return now + timedelta(seconds=request + MARGIN_SECONDS) < ends
