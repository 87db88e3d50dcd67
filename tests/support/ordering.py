"""In which order the tests run: pytest-xdist gives each worker as many in a row; who is done takes from the others."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
# Behind the last long one there is enough left to be shared out that all workers end together.
LONG_END = 0.6


def shares(long: Sequence[T], short: Sequence[T], workers: int) -> list[T]:
    """Give each worker its part of the long ones, evenly between short ones that stay together.

    The long ones wait more than they work: at once they would keep the machine idle, and each other waiting at the end.
    """
    ordered: list[T] = []
    for worker in range(workers):
        begin, end = (len(short) * place // workers for place in (worker, worker + 1))
        ordered += woven(long[worker::workers], short[begin:end])
    return ordered


def woven(long: Sequence[T], short: Sequence[T]) -> list[T]:
    """Put the long ones evenly between the first of the short ones, in front of each part one."""
    step = int(LONG_END * len(short) / len(long)) if long else 0
    ordered: list[T] = []
    for place, one in enumerate(long):
        ordered += [one, *short[place * step : (place + 1) * step]]
    return ordered + list(short[len(long) * step :])
