"""Every client, although the list is cut without a word: pages where they turn, else slices by name.

docs/reference/contracts/milvus.md §2.1.
"""

from collections.abc import Callable
from string import ascii_lowercase, digits

from connectors.base.faults import Refused
from connectors.milvus.rows import Listing, Row, key, text

MOST_PAGES = 1000
DEEPEST, MOST_SLICES = 3, 500
LETTERS = ascii_lowercase + digits
Search = Callable[[dict[str, str]], list[Row]]


class Inventory:
    """Reads all clients with as few requests as the account allows."""

    def __init__(self, search: Search, cap: int) -> None:
        self._search, self._cap = search, cap
        self._found: dict[str, Row] = {}
        self._first: list[Row] = []
        self._left = MOST_SLICES

    def read(self) -> Listing[Row]:
        """Return the clients; partial when it cannot be shown that these are all."""
        first = self._first = self._sure({})
        self._add(first)
        if len(first) < self._cap:
            complete = True
        elif (turned := self._pages()) is not None:
            complete = turned
        else:
            complete = self._slices()
        return Listing(tuple(self._found.values()), complete)

    def _pages(self) -> bool | None:
        """Read on from page 2; None when the pages do not turn: a page 2 that is page 1 once more, or refused."""
        for page in range(2, MOST_PAGES):
            try:
                rows = self._sure({"pagina": str(page), "total_registros": str(self._cap)})
            except Refused:
                return None if page == 2 else False
            fresh = self._add(rows)
            if rows and not fresh:
                return None if page == 2 else False
            if len(rows) < self._cap:
                return True
        return False

    def _slices(self) -> bool:
        """Read by parts of names; all that the whole list showed must be in one of them."""
        sliced: set[str] = set()
        whole = [self._slice(letter, sliced) for letter in LETTERS]
        return all(whole) and {key(row, "id") for row in self._first} <= sliced

    def _slice(self, term: str, sliced: set[str]) -> bool:
        """Read the names with a term, or the parts of a term with too many; tell whether it came whole."""
        if self._left <= 0:
            return False
        self._left -= 1
        rows = self._search({"nome_fantasia": term})
        self._add(rows)
        sliced |= {key(row, "id") for row in rows}
        if len(rows) < self._cap:
            return True
        if len(term) == DEEPEST or self._ignored(rows, term):
            return False
        parts = [self._slice(term + letter, sliced) for letter in LETTERS + " "]
        return all(parts)

    def _ignored(self, rows: list[Row], term: str) -> bool:
        """Tell whether the search is for names at all; where it is not, there is no use in another."""
        if all(term in text(row.get("nome_fantasia")).casefold() for row in rows) or rows != self._first:
            return False
        self._left = 0
        return True

    def _sure(self, query: dict[str, str]) -> list[Row]:
        """Return the rows of a search; an empty one is asked for once more, for servers under load answer so too."""
        return self._search(query) or self._search(query)

    def _add(self, rows: list[Row]) -> int:
        before = len(self._found)
        self._found |= {key(row, "id"): row for row in rows}
        return len(self._found) - before
