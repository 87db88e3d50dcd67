"""Queues of work by their arithmetic: who waits how long where so many work at a time, and what is left at the end.

Arrivals and services are drawn from a seed, the same for every number of servers, so that two runs differ in nothing
else. Times are seconds.
"""

import heapq
import random
from collections.abc import Sequence

# So many arrivals tell the 99th of a hundred well enough.
MOST_DRAWN = 4_000
P99 = 0.99


def draws(per_second: float, mean: float, seed: int, span: float = 3600.0) -> tuple[list[float], list[float]]:
    """Return instants of arrival within a span, and how long each takes to serve; both are exponential."""
    drawn = random.Random(seed)
    amount = min(int(per_second * span), MOST_DRAWN)
    now, arrivals = 0.0, []
    for _ in range(amount):
        now += drawn.expovariate(per_second)
        arrivals.append(now)
    return arrivals, [drawn.expovariate(1 / mean) if mean > 0 else 0.0 for _ in range(amount)]


def waits(arrivals: Sequence[float], services: Sequence[float], servers: int) -> list[float]:
    """Return how long each waits until one of the servers is free, first come, first served."""
    free = [0.0] * servers
    found = []
    for at, takes in zip(arrivals, services, strict=True):
        begins = max(at, free[0])
        heapq.heapreplace(free, begins + takes)
        found.append(begins - at)
    return found


def p99(values: Sequence[float]) -> float:
    """Return what 99 of a hundred do not exceed; nothing where there are none."""
    ordered = sorted(values)
    return ordered[int(P99 * (len(ordered) - 1))] if ordered else 0.0


def left(arrived: Sequence[float], capacity: float) -> list[float]:
    """Return what is left over at the end of each hour, given what arrives in each and what an hour can do."""
    over, found = 0.0, []
    for amount in arrived:
        over = max(0.0, over + amount - capacity)
        found.append(over)
    return found
