"""In which order the tests run: pytest-xdist gives each worker as many in a row; who is done takes from the others."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
# Behind the last long one there is enough left to be shared out that all workers end together.
LONG_END = 0.6


def shares(long: Sequence[T], short: Sequence[T], workers: int, queued: Sequence[T] = ()) -> list[T]:
    """Give each worker its part of the long ones, evenly between short ones that stay together.

    The long ones wait more than they work: at once they would keep the machine idle, and each other waiting at the end.
    The `queued` ones need what there is once: all are one worker's, where none waits for another.
    """
    parts = [list(queued), *(list[T]() for _ in range(workers - 1))]
    for one in long:
        min(parts, key=len).append(one)
    ordered, begin, total = list[T](), 0, len(long) + len(short) + len(queued)
    for worker, part in enumerate(parts):
        size = total * (worker + 1) // workers - total * worker // workers
        end = begin + max(size - len(part), 0)
        ordered += woven(part, short[begin:end])
        begin = end
    return ordered + list(short[begin:])


def woven(long: Sequence[T], short: Sequence[T]) -> list[T]:
    """Put the long ones evenly between the first of the short ones, in front of each part one."""
    step = int(LONG_END * len(short) / len(long)) if long else 0
    ordered: list[T] = []
    for place, one in enumerate(long):
        ordered += [one, *short[place * step : (place + 1) * step]]
    return ordered + list(short[len(long) * step :])
