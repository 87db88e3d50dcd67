"""How commands speak: tables for people, one JSON document on stdout with `--json`, everything else on stderr."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

# Without a terminal nobody gains from narrow columns.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def document(value: Any) -> None:
    """Write one JSON document on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))  # noqa: T201


def say(text: str) -> None:
    """Tell something that is not the answer, on stderr."""
    err.print(text, markup=False)


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], empty: str) -> None:
    """Print rows for people; `columns` gives the title of each key shown."""
    if not rows:
        say(empty)
        return
    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for title in columns.values():
        drawn.add_column(title, overflow="fold")
    for row in rows:
        drawn.add_row(*(_cell(row[key]) for key in columns))
    out.print(drawn)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "".join(c if c.isprintable() else "�" for c in str(value)).replace("[", r"\[")


def instant(value: datetime | None) -> str | None:
    """Return an instant in the zone of the installation, ISO 8601 with offset."""
    if value is None:
        return None
    from core.settings.core import CoreSettings

    return value.astimezone(CoreSettings.current().zone).isoformat(timespec="seconds")
