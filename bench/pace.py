"""An even pace: whoever is late catches up, as real traffic does."""

import time
from collections.abc import Iterator


def paced(rate: float, amount: int) -> Iterator[int]:
    """Count to `amount` at so many a second."""
    began = time.perf_counter()
    for number in range(amount):
        wait = began + number / rate - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        yield number
