"""A whole list, page by page, to an end that is proven: short pages, empty ones and the cap are survived.

docs/reference/contracts/ploomes.md §2.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from connectors.base.faults import TooLarge
from connectors.base.table import Row as FaultRow
from connectors.base.teller import Teller
from connectors.ploomes import faults, odata
from connectors.ploomes.rows import Row

T = TypeVar("T")
# Empty pages that the count contradicts, before the list is given up for now.
ROUNDS = 3


@dataclass(frozen=True)
class Answer:
    """One answer: its rows, how many the whole filter has (None: not told), the server's time."""

    rows: list[dict[str, Any]]
    count: int | None
    now: datetime | None


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows in the order of their ids. The last page is empty; it is not `whole` where no count proves the end."""

    rows: tuple[T, ...]
    now: datetime | None
    whole: bool = True


@dataclass(frozen=True)
class Reading:
    """What is read: an entity, its filter, what is expanded or selected; `outside` says what is wrong with a row."""

    entity: str
    filter: str = ""
    more: tuple[tuple[str, str], ...] = ()
    outside: Callable[[Row], FaultRow | None] = lambda row: None


Ask = Callable[[str, dict[str, object]], Answer]


class Pages:
    """Reads a list. Keyset on the id: what is inserted or deleted meanwhile moves no page.

    The end is an empty page and as many rows as the count said in another answer. Rows that became visible behind the
    place already reached are found by reading once more; no id comes twice.
    """

    def __init__(self, ask: Ask, teller: Teller, reading: Reading, size: int) -> None:
        self._ask, self._teller, self._reading, self._size = ask, teller, reading, size
        self._seen: set[int] = set()

    def read(self, after: int = 0) -> Iterator[Page[dict[str, Any]]]:
        """Yield the pages behind an id; the last one is empty."""
        total: int | None = None
        last, misses = after, 0
        while misses < ROUNDS:
            answer = self._page(last)
            if answer.rows:
                total = answer.count if total is None else total
                last = answer.rows[-1]["Id"]
                fresh = tuple(row for row in answer.rows if row["Id"] not in self._seen)
                self._seen.update(row["Id"] for row in fresh)
                misses = 0 if fresh else misses
                yield Page(fresh, answer.now)
                continue
            misses += 1
            if total is None or len(self._seen) < total:
                total = self._count(after)
            if len(self._seen) >= total if total is not None else misses > 1:
                yield Page((), answer.now, whole=total is not None)
                return
            # at first as if the page had merely been lost, then what is behind the place already reached
            last = last if misses == 1 else after
        raise self._teller.of_row(faults.MISSING)

    def _page(self, last: int) -> Answer:
        """Ask for what comes next, in smaller pages when the answer would be too large."""
        while True:
            try:
                answer = self._ask(self._reading.entity, self._options(last, self._size))
            except TooLarge:
                if self._size == 1:
                    raise
                self._size = max(self._size // 2, 1)
            else:
                self._check(answer, last)
                return answer

    def _options(self, last: int, size: int) -> dict[str, object]:
        behind = f"Id gt {last}" if last else ""
        options = {"filter": odata.both(self._reading.filter, behind), "orderby": "Id", "top": size, "count": "true"}
        return {**options, **dict(self._reading.more)}

    def _count(self, after: int) -> int | None:
        options = self._options(after, 0)
        return self._ask(self._reading.entity, {name: options[name] for name in ("filter", "top", "count")}).count

    def _check(self, answer: Answer, last: int) -> None:
        """Refuse rows that were not asked for: a filter or an order that is ignored loses others."""
        for row in answer.rows:
            wrong = self._reading.outside(row)
            if wrong is not None:
                raise self._teller.of_row(wrong)
        ids = [last, *(row["Id"] for row in answer.rows)]
        if ids != sorted(set(ids)):
            raise self._teller.of_row(faults.UNORDERED)
