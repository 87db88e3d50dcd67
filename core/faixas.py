"""Ranges of whole numbers, both ends included: put together, and cut out of one another."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

Faixa = tuple[int, int]


class Faixas:
    """Ranges in their order, those that touch or overlap as one; one that ends before it begins is none."""

    def __init__(self, given: Iterable[Faixa] = ()) -> None:
        self._begins: list[int] = []
        self._ends: list[int] = []
        for begin, end in sorted(one for one in given if one[0] <= one[1]):
            if self._ends and begin <= self._ends[-1] + 1:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._begins.append(begin)
                self._ends.append(end)

    def cut(self, begin: int, end: int) -> Iterator[tuple[Faixa, bool]]:
        """Yield a range in pieces, in order, each with whether these ranges hold it."""
        at = begin
        for place in range(bisect_left(self._ends, begin), len(self._ends)):
            first, last = max(self._begins[place], at), min(self._ends[place], end)
            if first > end:
                break
            if first > at:
                yield (at, first - 1), False
            yield (first, last), True
            at = last + 1
        if at <= end:
            yield (at, end), False
