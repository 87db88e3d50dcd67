"""Every client, although the list is cut without a word: pages where they turn, else slices by name.

docs/reference/contracts/milvus.md §2.1.
"""

from collections.abc import Callable, Generator, Iterator
from string import ascii_lowercase, digits

from connectors.base.faults import Refused
from connectors.milvus.rows import Listing, Part, Row, key, text

MOST_PAGES = 1000
DEEPEST, MOST_SLICES = 3, 500
LETTERS = ascii_lowercase + digits
# After the first letter a name may go on with a blank. What a term ends with of which all is read.
INSIDE, END = LETTERS + " ", "~"
Search = Callable[[dict[str, str]], list[Row]]


class Inventory:
    """Reads all clients with as few requests as the account allows.

    `begin` is where an earlier reading by parts of names went on; this one cannot show that it has all.
    """

    def __init__(self, search: Search, cap: int, begin: str = "") -> None:
        self._search, self._cap, self._begin = search, cap, begin
        self._found: dict[str, Row] = {}
        self._first: list[Row] = []
        self._left = MOST_SLICES

    def read(self) -> Listing[Row]:
        """Return the clients; partial when it cannot be shown that these are all."""
        last = list(self.parts())[-1]
        return Listing(tuple(self._found.values()), last.complete)

    def parts(self) -> Iterator[Part[Row]]:
        """Yield what each request adds."""
        first = self._first = self._sure({})
        yield self._part(first, self._begin or None)
        turned: bool | None = True
        if len(first) >= self._cap:
            turned = yield from self._pages()
        yield Part((), complete=(yield from self._slices()) if turned is None else turned)

    def _pages(self) -> Generator[Part[Row], None, bool | None]:
        """Read on from page 2; None when the pages do not turn: a page 2 that is page 1 once more, or refused."""
        for page in range(2, MOST_PAGES):
            try:
                rows = self._sure({"pagina": str(page), "total_registros": str(self._cap)})
            except Refused:
                return None if page == 2 else False
            part = self._part(rows, None)
            if rows and not part.rows:
                return None if page == 2 else False
            yield part
            if len(rows) < self._cap:
                return True
        return False

    def _slices(self) -> Generator[Part[Row], None, bool]:
        """Read by parts of names; all that the whole list showed must be in one of them."""
        sliced: set[str] = set()
        whole = yield from self._deeper("", LETTERS, sliced)
        return whole and not self._begin and {key(row, "id") for row in self._first} <= sliced

    def _deeper(self, term: str, letters: str, sliced: set[str]) -> Generator[Part[Row], None, bool]:
        whole = True
        for letter in letters:
            # each of them, whatever came of those before
            whole = (yield from self._slice(term + letter, sliced)) and whole
        return whole

    def _slice(self, term: str, sliced: set[str]) -> Generator[Part[Row], None, bool]:
        """Read the names with a term, or the parts of a term with too many; tell whether it came whole."""
        if _place(term) < _place(self._begin):
            # read before, or known to have too many
            return (yield from self._deeper(term, INSIDE, sliced)) if self._begin.startswith(term) else True
        if self._left <= 0:
            return False
        self._left -= 1
        rows = self._search({"nome_fantasia": term})
        sliced |= {key(row, "id") for row in rows}
        deeper = len(rows) >= self._cap and len(term) < DEEPEST and not self._ignored(rows, term)
        yield self._part(rows, term + (INSIDE[0] if deeper else END))
        if deeper:
            return (yield from self._deeper(term, INSIDE, sliced))
        return len(rows) < self._cap

    def _ignored(self, rows: list[Row], term: str) -> bool:
        """Tell whether the search is for names at all; where it is not, there is no use in another."""
        if all(term in text(row.get("nome_fantasia")).casefold() for row in rows) or rows != self._first:
            return False
        self._left = 0
        return True

    def _sure(self, query: dict[str, str]) -> list[Row]:
        """Return the rows of a search; an empty one is asked for once more, for servers under load answer so too."""
        return self._search(query) or self._search(query)

    def _part(self, rows: list[Row], goes_on: str | None) -> Part[Row]:
        fresh = {key(row, "id"): row for row in rows if key(row, "id") not in self._found}
        self._found |= {key(row, "id"): row for row in rows}
        return Part(tuple(fresh.values()), goes_on)


def _place(term: str) -> list[int]:
    """Return where a term stands in the order in which terms are read."""
    return [(INSIDE + END).find(letter) for letter in term]
