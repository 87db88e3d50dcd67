"""The line of a description by which a ticket is found again: Milvus has no field for the other system's id.

docs/reference/contracts/milvus.md §3.1.
"""

import re

from core.html_text import plain_text

_LINE = re.compile(r"(?mi)^\W*(?=Refer\S{1,8}ncia:)")
_PART = re.compile(r"[^A-Za-z0-9_.:-]+")


def reference(sistema: str, entidade: str, numero: int | str) -> str:
    """Return the line for a record: `Referência: ploomes/Tasks/123`. It stands by itself, at the end of a text."""
    return "Referência: " + "/".join(_PART.sub("-", str(part)) for part in (sistema, entidade, numero))


def has_reference(text: str, line: str) -> bool:
    """Tell whether a text, HTML or plain, has this very line; the accent may have been lost on the way."""
    record = line.partition(": ")[2]
    return bool(re.search(rf"(?mi)^\W*Refer\S{{1,8}}ncia:\s*{re.escape(record)}\s*$", plain_text(text)))


def without_references(text: str) -> str:
    """Return a text of somebody else, as one that quotes a ticket, in which no line is taken for a reference."""
    return _LINE.sub("ver ", text)
