"""CSV for people: what a spreadsheet with Brazilian settings opens with a double click, whatever stands in the cells.

`;` between cells, comma in decimals, a mark of UTF-8 at the beginning. A text that a spreadsheet would run as a formula
gets an apostrophe before it.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

MARK, SEPARATOR, END = "\ufeff", ";", "\r\n"
# A spreadsheet takes a cell that begins so for a formula; the full-width ones, too, in some of its languages.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def lines(titles: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield a whole file line by line, its titles first."""
    yield MARK + line(titles)
    for row in rows:
        yield line(row)


def line(cells: Iterable[Any]) -> str:
    """Return one line with its end."""
    return block([cells])


def block(rows: Iterable[Iterable[Any]]) -> str:
    """Return some lines, each with its end."""
    written = StringIO()
    csv.writer(written, delimiter=SEPARATOR, lineterminator=END).writerows([cell(one) for one in row] for row in rows)
    return written.getvalue()


def cell(value: Any) -> str:
    """Return a value as it stands in a cell: instants in their own offset, to the second; nothing for None."""
    match value:
        case None:
            return ""
        case bool():
            return "sim" if value else "não"
        case Decimal():
            return format(value, "f").replace(".", ",")
        case float():
            return str(value).replace(".", ",")
        case int():
            return str(value)
        case datetime():
            return value.strftime("%d/%m/%Y %H:%M:%S")
        case date():
            return value.strftime("%d/%m/%Y")
    return _text(str(value))


def _text(text: str) -> str:
    """Return a text that is only shown: on one line, and no formula, with blanks before it or without."""
    shown = text if text.isprintable() else "".join(one if one.isprintable() else " " for one in text)
    return f"'{shown}" if shown.strip().startswith(_FORMULA) else shown
