"""Statements that a block sends to our own database: all of them, or those that write, counted by table."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import event

from storage.session import engine

_WRITES = re.compile(r"(?i)\b(insert into|update|delete from)\s+\"?(\w+)")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note every statement of the block."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    watched = engine()
    event.listen(watched, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(watched, "before_cursor_execute", note)


def writes(said: Sequence[str]) -> Counter[str]:
    """Count the statements that write, by what they do to which table ("update caixa")."""
    found = (match for statement in said if (match := _WRITES.search(statement)))
    return Counter(f"{match[1].lower()} {match[2]}" for match in found)
