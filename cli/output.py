"""How commands speak: tables for people, one JSON document on stdout with `--json`, everything else on stderr."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

from core.page import Page
from core.text import brazilian

if TYPE_CHECKING:
    from rich.console import Console

# Without a terminal nobody gains from narrow columns.
PLAIN_WIDTH = 200


@cache
def console(name: Literal["out", "err"]) -> "Console":
    """Return what is drawn on; the library takes longer to load than most answers do, so only those who draw ask.

    A text is drawn as it stands: brackets are no style, and `:a:` in an address is no picture.
    """
    from rich.console import Console

    plainly = partial(Console, highlight=False, markup=False, emoji=False)
    if name == "err":
        return plainly(stderr=True, soft_wrap=True)
    return plainly(width=None if sys.stdout.isatty() else PLAIN_WIDTH)


def width() -> int:
    """Return how many characters a line of a table may have."""
    return console("out").width


def plain(view: Any) -> dict[str, Any]:
    """Return a read model as it is answered in JSON: its fields, instants with the offset of the installation."""
    return {field.name: _plain(getattr(view, field.name)) for field in fields(view)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return plain(value) if is_dataclass(value) else value


def report(
    rows: Iterable[Any],
    columns: Mapping[str, str],
    empty: str,
    *,
    as_json: bool,
    whole: Sequence[str] = (),
    words: Callable[[Any], dict[str, Any]] | None = None,
) -> None:
    """Answer with read models: one JSON list, or a table with a title for each field shown.

    People get each row as `words` puts it, and the columns `whole` on one line. How to see the next page is said on
    stderr.
    """
    if as_json:
        document([plain(row) for row in rows])
    else:
        table([(words or plain)(row) for row in rows], columns, empty, whole=whole)
    if isinstance(rows, Page) and rows.depois is not None:
        say(f"Há mais: repita com --depois {rows.depois}.")


def document(value: Any) -> None:
    """Write one JSON document on stdout; where that is no UTF-8, as a redirected one on Windows, in ASCII."""
    few_letters = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(json.dumps(value, ensure_ascii=few_letters, indent=2, default=str))  # noqa: T201


def say(text: str) -> None:
    """Tell something that is not the answer, on stderr."""
    print(text, file=sys.stderr)  # noqa: T201


def answer(text: str) -> None:
    """Write a line of the answer."""
    print(text)  # noqa: T201


def table(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    empty: str,
    *,
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> None:
    """Print rows for people; `columns` gives the title of each key shown.

    Amounts of money, and the columns `right`, end at one edge; the columns `whole` are not broken into lines.
    """
    if not rows:
        say(empty)
        return
    from rich.table import Table

    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for key, title in columns.items():
        ends = key in right or any(isinstance(row[key], Decimal) for row in rows)
        drawn.add_column(title, overflow="fold", justify="right" if ends else "left", no_wrap=key in whole)
    for row in rows:
        drawn.add_row(*(_cell(row[key]) for key in columns))
    console("out").print(drawn)


def listed(values: Mapping[str, Any], titles: Mapping[str, str]) -> None:
    """Answer with one thing: a line for each of its fields, in the order of the titles."""
    for key, title in titles.items():
        answer(f"{title}: {_line(values[key])}")


def _line(value: Any) -> str:
    if isinstance(value, Mapping):
        return printable(json.dumps(value, ensure_ascii=False, default=str))
    return _cell(value)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, Decimal):
        return brazilian(value)
    if isinstance(value, float):
        return str(value).replace(".", ",")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return printable(text)


def printable(text: str) -> str:
    """Return a text that moves no cursor: whoever wrote it may be anybody."""
    return "".join(c if c.isprintable() else "�" for c in text)


def instant(value: datetime | None) -> str | None:
    """Return an instant in the zone of the installation, ISO 8601 with offset."""
    if value is None:
        return None
    from core.settings.core import CoreSettings

    return value.astimezone(CoreSettings.current().zone).isoformat(timespec="seconds")
