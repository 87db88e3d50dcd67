"""When to try again (docs/reference/contracts/webhooks_delivery.md §3)."""

from datetime import timedelta

from claims.backoff import Backoff
from core.settings.deliveries import DeliverySettings
from events.delivery.outcome import Outcome

# Recovered rows fall due one after the other, so that fresh events find room between them.
PER_SECOND = 10
# Quiet hours, and whatever the other side may ask for, end within a day and some.
LONGEST_OTHER = timedelta(days=2)


def next_wait(backoff: Backoff, attempts: int, allowed: int, outcome: Outcome) -> float | None:
    """Return the seconds until the next attempt after `attempts` of them, None when there is no other."""
    if attempts >= allowed:
        return None
    return backoff.wait(attempts, at_least=outcome.minimum, asked=outcome.retry_after)


def longest_wait(settings: DeliverySettings) -> timedelta:
    """Return how far ahead a row may be due, but for one that waits for its turn to be recovered."""
    longest = max(settings.schedule, default=0.0) * (1 + settings.jitter)
    return max(timedelta(seconds=longest), LONGEST_OTHER)
