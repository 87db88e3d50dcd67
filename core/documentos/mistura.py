"""Documents whose bytes are of two encodings: SEFAZ's Latin-1 protocol glued into a note in UTF-8.

Each run of bytes beyond ASCII is one of the two where that is certain. What was signed has to be UTF-8 throughout:
nothing is certain of any more what was signed there otherwise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_RUN = re.compile(rb"[\x80-\xff]+")
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_SIGNED = re.compile(rb"<(?:[\w.-]+:)?(inf(?:NFe|Cte|CFe|Evento))[\s>]", re.IGNORECASE)
LATIN = "cp1252"


@dataclass(frozen=True)
class Runs:
    """The bytes of a document, and whether valid UTF-8 beyond ASCII stands in them."""

    content: bytes
    has_utf8: bool

    def text(self) -> str:
        """Return the text, each run in its own encoding.

        Raises:
            ValueError: a run is both or neither, or what was signed is no UTF-8.
        """
        begin, end = self._signed()
        return "".join(self._pieces(begin, end))

    def _pieces(self, begin: int, end: int) -> Iterator[str]:
        last = 0
        for run in _RUN.finditer(self.content):
            yield self.content[last : run.start()].decode("ascii")
            yield _of_run(run[0], signed=begin <= run.start() < end)
            last = run.end()
        yield self.content[last:].decode("ascii")

    def _signed(self) -> tuple[int, int]:
        """Return where what is signed begins and ends; without its end, up to the last byte."""
        found = _SIGNED.search(self.content)
        if found is None:
            return 0, len(self.content)
        closing = re.compile(rb"</(?:[\w.-]+:)?" + found[1] + rb"\s*>").search(self.content, found.end())
        return found.start(), closing.end() if closing else len(self.content)


def mixed(content: bytes) -> Runs:
    """Look at the bytes beyond ASCII."""
    return Runs(content, any(_SEQUENCE.search(run[0]) for run in _RUN.finditer(content)))


def _of_run(run: bytes, *, signed: bool) -> str:
    try:
        return run.decode()
    except UnicodeDecodeError:
        if signed or _SEQUENCE.search(run):
            raise ValueError("um trecho não se lê com certeza em nenhuma codificação") from None
    return run.decode(LATIN)
