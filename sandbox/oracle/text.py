"""SQL as text: what is code and what is a literal or a comment."""

import re
from collections.abc import Callable

# A literal, a quoted name or a comment; splitting by it leaves code at every even place.
_LITERAL = re.compile(r"('(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/)", re.DOTALL)
_COMMENT = ("--", "/*")


def map_code(sql: str, change: Callable[[str], str]) -> str:
    """Return the SQL with its code changed; literals and quoted names stay, a comment is a space."""
    return "".join(change(part) if place % 2 == 0 else _kept(part) for place, part in enumerate(_LITERAL.split(sql)))


def _kept(part: str) -> str:
    if part.startswith(_COMMENT):
        return " "
    # The empty text is NULL in Oracle.
    return "NULL" if part == "''" else part


def bare(sql: str) -> str:
    """Return the code alone, in capitals, with single spaces; each literal is an empty one."""
    parts = _LITERAL.split(sql)
    code = "".join(
        part if place % 2 == 0 or part.startswith('"') else " " if part.startswith(_COMMENT) else "''"
        for place, part in enumerate(parts)
    )
    return " ".join(code.upper().split())


def outside(sql: str) -> str:
    """Return what stands in no parentheses."""
    depth, kept = 0, []
    for char in sql:
        depth += (char == "(") - (char == ")")
        if depth == 0 and char != ")":
            kept.append(char)
    return "".join(kept)


def closing(sql: str, start: int) -> int:
    """Return the place of the parenthesis that closes what is open at a place; the end where none does."""
    depth = 0
    for place in range(start, len(sql)):
        depth += (sql[place] == "(") - (sql[place] == ")")
        if depth < 0:
            return place
    return len(sql)


def unowned(name: str) -> str:
    """Return the name of a table alone, in capitals: without its owner and without quotes."""
    return name.rpartition(".")[2].strip('"').upper()


def split_list(sql: str) -> list[str]:
    """Return the parts between commas that stand in no parentheses."""
    return [part.strip() for part in re.split(r",(?![^()]*\))", sql)]
