"""When to try again (docs/reference/contracts/webhooks_delivery.md §3)."""

from claims.backoff import Backoff
from events.delivery.outcome import Outcome


def next_wait(backoff: Backoff, attempts: int, allowed: int, outcome: Outcome) -> float | None:
    """Return the seconds until the next attempt after `attempts` of them, None when there is no other."""
    if attempts >= allowed:
        return None
    return backoff.wait(attempts, at_least=outcome.minimum, asked=outcome.retry_after)
