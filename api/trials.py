"""Trials of a destination: each waits for somebody else's server, for up to half a minute.

They have threads of their own, so that none of those that answer requests waits with them; a person has few at once.
"""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from core.errors import RateLimited
from flows.destinos.webhooks import LONGEST_TIMEOUT

T = TypeVar("T")
OF_ALL, OF_ONE = 8, 2
ENOUGH = "Há testes seus em andamento: espere que um deles termine."
THREADS = anyio.CapacityLimiter(OF_ALL)
under_way: Counter[int] = Counter()


async def tried(user: int, trial: Callable[[], T]) -> T:
    """Do a trial of somebody; raise `RateLimited` for who has enough of them under way."""
    if under_way[user] >= OF_ONE:
        raise RateLimited(ENOUGH, LONGEST_TIMEOUT)
    under_way[user] += 1
    try:
        return await anyio.to_thread.run_sync(trial, limiter=THREADS)
    finally:
        under_way[user] -= 1
        if not under_way[user]:
            del under_way[user]
