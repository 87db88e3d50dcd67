"""What pages tell where a flow may tell it on its own page: rows of a table of one kind, samples below a heading."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# How the tables begin in which a flow tells its checks, and the rows that it deletes.
CHECKS, RETENTION = "| sistema |", "| linhas | saem depois de |"


def reference() -> list[str]:
    """Return every page of the reference: a flow may have one of its own."""
    return [page.read_text() for page in sorted((ROOT / "docs/reference").glob("*.md"))]


def named(page: str, title: str) -> list[str]:
    """Return the names in the first cells of a page's tables that begin with this title."""
    return [name for cell in _first_cells(page, title) for name in re.findall(r"`([^`]+)`", cell)]


def _first_cells(page: str, title: str) -> Iterator[str]:
    for table in re.findall(rf"(?m)^{re.escape(title)}.*\n((?:\|.*\n?)*)", page):
        yield from re.findall(r"(?m)^\| ([^|]+) \|", table)


def has(check: str, names: list[str]) -> bool:
    """Tell whether a check is among these names, by itself or with what it looks at (`fila CONTA`)."""
    return any(name == check or name.startswith(f"{check} ") for name in names)


def code(page: str, language: str, title: str) -> str | None:
    """Return the first block of a language below a heading, before the next heading."""
    found = re.search(rf"(?ms)^#+ {re.escape(title)}\n(?:(?!#)[^\n]*\n)*?```{language}\n(.*?)^```", page)
    return found[1] if found else None
