"""The documents of a lot, as an `envCFe`, cut out of its text byte by byte: each has its own signature."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from xml.parsers import expat

# All documents of a lot together: each takes along what its envelope declares, which may be megabytes.
MOST_BYTES, MOST_DOCUMENTS = 20 * 1024 * 1024, 50_000


def cortados(text: str, nomes: AbstractSet[str]) -> list[str]:
    """Return the text of each element of these local names that stands in none of them.

    It takes along the namespaces that its envelope declares, so that it reads the same.

    Raises:
        TooLarge: they are too many, or too many bytes.
        ValueError: the text is no XML.
    """
    cut = _Cut(text.encode(), nomes)
    try:
        cut.parse()
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
    return cut.found


class TooLarge(ValueError):
    """The documents of a lot are more than `MOST_DOCUMENTS`, or `MOST_BYTES` once each stands alone."""


class _Cut:
    """Cuts documents out of the bytes of a lot while a parser goes through them."""

    def __init__(self, content: bytes, nomes: AbstractSet[str]) -> None:
        self._content, self._names = content, nomes
        # what each open element declares; put together only where a document begins, for they may be very many
        self._scopes: list[Mapping[str, str]] = []
        self._within: tuple[int, int, bytes] | None = None
        self.found: list[str] = []
        self._size = 0
        # what the declaration says of the encoding is of the file, not of these bytes
        self._parser = expat.ParserCreate("UTF-8")
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._begin, self._end

    def parse(self) -> None:
        """Go through the text."""
        self._parser.Parse(self._content, True)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        own = {key: value for key, value in attributes.items() if key.partition(":")[0] == "xmlns"}
        if self._within is None and name.rpartition(":")[2] in self._names:
            outer = {key: value for scope in self._scopes for key, value in scope.items()}
            missing = [f' {key}="{_escaped(value)}"' for key, value in outer.items() if key not in own]
            at = self._parser.CurrentByteIndex
            self._within = len(self._scopes) + 1, at, f"<{name}{''.join(missing)}".encode()
        self._scopes.append(own)

    def _end(self, name: str) -> None:
        depth = len(self._scopes)
        self._scopes.pop()
        if self._within is None or self._within[0] != depth:
            return
        _, begin, head = self._within
        self._within = None
        document = head + self._content[begin + 1 + len(name.encode()) : self._end_of(name)]
        self._size += len(document)
        if self._size > MOST_BYTES or len(self.found) >= MOST_DOCUMENTS:
            raise TooLarge
        self.found.append(document.decode())

    def _end_of(self, name: str) -> int:
        """Return where the element that ends now does; behind one that is a single tag the parser stands already."""
        at, closing = self._parser.CurrentByteIndex, f"</{name}".encode()
        behind = at + len(closing)
        is_closed = self._content.startswith(closing, at) and self._content[behind] in b"> \t\r\n"
        return self._content.find(b">", behind) + 1 if is_closed else at


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
