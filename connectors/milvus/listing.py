"""The list of tickets to its end, in whatever dialect the account answers; what cannot be shown whole is partial.

docs/reference/contracts/milvus.md §3.2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.base.faults import Refused
from connectors.milvus.rows import FORM, Listing, Row, key, number

MOST_REQUESTS = 100
# Periods shorter than this are not cut in two once more.
SHORTEST = timedelta(seconds=2)
BEGIN, END = "data_hora_criacao_inicial", "data_hora_criacao_final"


@dataclass(frozen=True)
class Dialect:
    """How an account is asked for a page."""

    name: str
    page: str
    size: str
    more: Mapping[str, Any] = field(default_factory=dict)

    def asked(self, page: int, size: int) -> dict[str, Any]:
        """Return the parameters of a page."""
        return {**self.more, "is_descending": True, "order_by": "codigo", self.page: page, self.size: size}


DIALECTS = (
    Dialect("pagina", "pagina", "total_registros"),
    Dialect("page", "page", "per_page", {"is_paginate": True}),
)


@dataclass(frozen=True)
class Sheet:
    """One answer: its rows, and how many there are in all, where that is told."""

    rows: list[Row]
    total: int | None


# Asks for a filter with the parameters of a page.
Ask = Callable[[dict[str, Any], dict[str, Any]], Sheet]


def total_of(content: Any) -> int | None:
    """Return how many rows a list has by its own account."""
    meta = content.get("meta") if isinstance(content, dict) else None
    paginate = meta.get("paginate") if isinstance(meta, dict) else None
    told = paginate.get("total") if isinstance(paginate, dict) else None
    return 0 if told in (0, "0") else number(told)


class Chamados:
    """The list of an account. Dialects are tried until one turns the page: a page 2 that is not page 1 once more."""

    def __init__(self, ask: Ask, size: int, zone: ZoneInfo) -> None:
        self._ask, self._size, self._zone = ask, size, zone
        self._refused: set[str] = set()
        self._still: set[str] = set()
        self._turning: Dialect | None = None

    @property
    def dialect(self) -> str | None:
        """The dialect that turns the pages, once one is known."""
        return self._turning.name if self._turning else None

    def read(self, wanted: dict[str, Any], since: datetime, until: datetime) -> Listing[Row]:
        """Return the tickets of a period that fit a filter."""
        reading = _Reading(self, wanted)
        complete = reading.period(since, until)
        return Listing(tuple(reading.found.values()), complete)

    def first(self, wanted: dict[str, Any]) -> Sheet:
        """Return the first page, in a dialect that is not refused."""
        for dialect in self._accepted():
            if (sheet := self.sheet(wanted, dialect, 1)) is not None:
                return sheet
        return self._ask(wanted, DIALECTS[0].asked(1, self._size))

    def sheet(self, wanted: dict[str, Any], dialect: Dialect, page: int) -> Sheet | None:
        """Return a page; None, and the dialect is not tried again, when it is refused."""
        try:
            return self._ask(wanted, dialect.asked(page, self._size))
        except Refused:
            self._refused.add(dialect.name)
            return None

    def candidates(self) -> list[Dialect]:
        """Return the dialects in which page 2 may be asked for."""
        return [one for one in self._accepted() if one.name not in self._still]

    def turns(self, dialect: Dialect) -> None:
        """Note that this is the account's dialect."""
        self._turning = dialect

    def stands_still(self, dialect: Dialect) -> None:
        """Note that the pages do not turn in this dialect, unless they have."""
        if dialect is not self._turning:
            self._still.add(dialect.name)

    def _accepted(self) -> list[Dialect]:
        known = [self._turning] if self._turning else list(DIALECTS)
        return [one for one in known if one.name not in self._refused]

    def bounds(self, since: datetime, until: datetime) -> dict[str, str]:
        """Return a period as a filter has it: the account's own clock, no offset."""
        return {name: at.astimezone(self._zone).strftime(FORM) for name, at in ((BEGIN, since), (END, until))}


class _Reading:
    def __init__(self, chamados: Chamados, wanted: dict[str, Any]) -> None:
        self._chamados, self._wanted = chamados, wanted
        self._left = MOST_REQUESTS
        self.found: dict[str, Row] = {}

    def period(self, since: datetime, until: datetime) -> bool:
        """Read a period; where no dialect turns the pages, its halves. Tell whether all of it was read."""
        wanted = self._wanted | self._chamados.bounds(since, until)
        self._left -= 1
        sheet = self._chamados.first(wanted)
        if self._whole(wanted, sheet):
            return True
        # without a total nothing would tell when the parts are small enough; without a row there is nothing to part
        if sheet.total is None or not sheet.rows or until - since < SHORTEST or self._left <= 0:
            return False
        middle = since + (until - since) / 2
        # both, although one may be partial: what is found is found
        parts = [self.period(since, middle), self.period(middle, until)]
        return all(parts)

    def _whole(self, wanted: dict[str, Any], sheet: Sheet) -> bool:
        here = self._found(sheet)
        if sheet.total is not None and len(here) >= sheet.total:
            return True
        return bool(here) and any(self._turned(wanted, one, here) for one in self._chamados.candidates())

    def _turned(self, wanted: dict[str, Any], dialect: Dialect, first: dict[str, Row]) -> bool:
        """Read on from page 2; tell whether the end came: all of the total, or an empty page where none is told."""
        here, page = dict(first), 2
        while self._left > 0:
            self._left -= 1
            sheet = self._chamados.sheet(wanted, dialect, page)
            if sheet is None:
                return False
            before, told = len(here), sheet.total
            here |= self._found(sheet)
            if sheet.rows and len(here) == before:
                # page 1 once more, or whatever this server takes for page 2
                self._chamados.stands_still(dialect)
                return False
            self._chamados.turns(dialect)
            if not sheet.rows or (told is not None and len(here) >= told):
                return told is None or len(here) >= told
            page += 1
        return False

    def _found(self, sheet: Sheet) -> dict[str, Row]:
        here = {key(row, "codigo"): row for row in sheet.rows}
        self.found |= here
        return here
