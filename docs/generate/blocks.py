"""A part of a file that is written by `make docs`, between two lines that say so; the rest is left alone."""

import re

FORMS = {"html": ("<!-- {} -->", "<!-- /{} -->"), "hash": ("# <{}>", "# </{}>")}


def replaced(text: str, name: str, content: str, form: str = "html") -> str:
    """Return the text with other content between the marks of that name, which keep their indentation.

    Raises:
        ValueError: the text does not have both marks exactly once.
    """
    found = _found(text, name, form)
    return text[: found.start()] + found[1] + content.rstrip("\n") + "\n" + found[3] + text[found.end() :]


def content(text: str, name: str, form: str = "html") -> str:
    """Return what stands between the marks of that name.

    Raises:
        ValueError: the text does not have both marks exactly once.
    """
    return _found(text, name, form)[2]


def _found(text: str, name: str, form: str) -> re.Match[str]:
    begin, end = (re.escape(mark.format(name)) for mark in FORMS[form])
    found = list(re.finditer(rf"(?ms)^([ ]*{begin}[^\n]*\n)(.*?)(^[ ]*{end})", text))
    if len(found) != 1:
        raise ValueError(f"the marks of {name!r} stand {len(found)} times")
    return found[0]


def table(titles: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table; a bar in a cell stays a bar."""
    cells = [titles, ["---"] * len(titles), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in cells)
