"""A part of a file that is written by `make docs`, between two lines that say so; the rest is left alone."""

import re

FORMS = {"html": ("<!-- {} -->", "<!-- /{} -->"), "hash": ("# <{}>", "# </{}>")}


def replaced(text: str, name: str, content: str, form: str = "html") -> str:
    """Return the text with other content between the marks of that name, which keep their indentation.

    Raises:
        ValueError: the text does not have both marks exactly once.
    """
    begin, end = (re.escape(mark.format(name)) for mark in FORMS[form])
    found = list(re.finditer(rf"(?ms)^([ ]*{begin}[^\n]*\n).*?(^[ ]*{end})", text))
    if len(found) != 1:
        raise ValueError(f"the marks of {name!r} stand {len(found)} times")
    return text[: found[0].start()] + found[0][1] + content.rstrip("\n") + "\n" + found[0][2] + text[found[0].end() :]


def table(titles: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table; a bar in a cell stays a bar."""
    cells = [titles, ["---"] * len(titles), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in cells)
