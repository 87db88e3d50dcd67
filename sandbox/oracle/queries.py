"""SELECT: rows one by one, each locked as it is fetched where FOR UPDATE asks for it; columns described."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.oracle.columns import WITH_ZONE, Column
from sandbox.oracle.encoding import DATE, LONG, NUMBER, RAW, TIMESTAMP, VARCHAR, ZONED
from sandbox.oracle.errors import OracleError
from sandbox.oracle.replies import FLOATING, FRACTION, Shown
from sandbox.oracle.statement import RowLock, Statement
from sandbox.oracle.text import split_list
from sandbox.oracle.transaction import Transaction

FIRST_WINDOW, WINDOW = 100, 500
KINDS = {
    "NUMBER": NUMBER,
    "INTEGER": NUMBER,
    "FLOAT": NUMBER,
    "DATE": DATE,
    "TIMESTAMP": TIMESTAMP,
    WITH_ZONE: ZONED,
    "RAW": RAW,
    "CLOB": LONG,
}
_SELECT = re.compile(r"^\s*SELECT\b", re.IGNORECASE)
_LIMIT = re.compile(r"\bLIMIT\b", re.IGNORECASE)
_FIGURE = re.compile(r"\b(count|sum|avg|max|min)\s*\(|\b\d+\s*(as\s|$)", re.IGNORECASE)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
_PLAIN = re.compile(r"\s*(?:\w+\.)?\"?(\w+)\"?\s*(?:(?:AS\s+)?\"?\w+\"?)?\s*$", re.IGNORECASE)
# A column under a condition has the column's type.
_CASE = re.compile(r"\s*CASE\b.*\bTHEN\s+(?:\w+\.)?\"?(\w+)\"?\s+END\b", re.IGNORECASE | re.DOTALL)
Values = dict[str, Any]


def read(transaction: Transaction, statement: Statement, values: Values) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query."""
    if statement.lock is None:
        yield from transaction.connection.execute(statement.sql, values).fetchall()
        return
    query = _SELECT.sub(f"SELECT {statement.ref}.rowid,", statement.sql, count=1)
    for row in _windows(transaction, query, values):
        key = (statement.table, row[0])
        if not transaction.take(key, statement.lock.wait):
            _busy(statement.lock)
            continue
        # it may have changed while another session held it
        if again := _again(transaction, statement, query, values, row[0]):
            yield again[1:]
        else:
            transaction.let_go(key)


def _busy(lock: RowLock) -> None:
    if lock.kind != "skip":
        raise OracleError(30006 if lock.wait else 54, "resource busy; acquire with WAIT timeout expired")


def _windows(transaction: Transaction, query: str, values: Values) -> Iterator[tuple[Any, ...]]:
    """Read a few rows at a time: an open cursor of SQLite would keep an old picture of them."""
    if _LIMIT.search(query):
        yield from transaction.connection.execute(query, values).fetchall()
        return
    offset, window = 0, FIRST_WINDOW
    while found := transaction.connection.execute(f"{query} LIMIT {window} OFFSET {offset}", values).fetchall():
        yield from found
        if len(found) < window:
            return
        offset, window = offset + window, WINDOW


def _again(
    transaction: Transaction, statement: Statement, query: str, values: Values, row: int
) -> tuple[Any, ...] | None:
    base = re.split(r"\bORDER\s+BY\b|\bLIMIT\b", query, maxsplit=1, flags=re.IGNORECASE)[0]
    joined = "AND" if re.search(r"\bWHERE\b", base, re.IGNORECASE) else "WHERE"
    found = transaction.connection.execute(f"{base} {joined} {statement.ref}.rowid = :held", values | {"held": row})
    return found.fetchone()  # type: ignore[no-any-return]


def describe(transaction: Transaction, statement: Statement, values: Values) -> list[Shown]:
    """Return the columns of a query, by the catalogue where it knows them, else by what they look like."""
    cursor = transaction.connection.execute(f"SELECT * FROM ({statement.sql}) LIMIT 1", values)
    names, sample = [one[0] for one in cursor.description], cursor.fetchone()
    known = _columns(transaction, statement)
    chosen = split_list(_SELECT.sub("", re.split(r"\sFROM\s", statement.sql, maxsplit=1, flags=re.IGNORECASE)[0]))
    return [
        _shown(name, chosen[place] if place < len(chosen) else "", sample[place] if sample else None, known, statement)
        for place, name in enumerate(names)
    ]


def _columns(transaction: Transaction, statement: Statement) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for named in re.finditer(r"\b(?:FROM|JOIN)\s+\"?(\w+)\"?", statement.sql, re.IGNORECASE):
        table = transaction.database.tables.get(named[1].upper())
        found |= table.columns if table else {}
    return found


def _shown(name: str, expression: str, sample: object, known: dict[str, Column], statement: Statement) -> Shown:
    plain = _PLAIN.match(expression) or _CASE.match(expression)
    column = known.get((plain[1] if plain else name).upper())
    bare = name.strip('"')
    label = bare if f'"{bare}"' in statement.source else bare.upper()
    kind = KINDS.get(column.type, VARCHAR) if column else _guessed(expression, sample)
    size = column.size if column and column.size else 4000
    nullable = not (column and column.required)
    if kind == NUMBER:
        exact = column is not None and column.size > 0
        scale = column.scale if column and exact else FLOATING
        return Shown(label, kind, size, nullable, column.size if column else 0, scale)
    return Shown(label, kind, size, nullable, 0, FRACTION if kind in (TIMESTAMP, ZONED) else 0)


def _guessed(expression: str, sample: object) -> int:
    """Return the type of an expression by its value, or by its words where there is none."""
    lower = expression.lower()
    if "ora_wall" in lower:
        return TIMESTAMP
    if isinstance(sample, str):
        clock = any(word in lower for word in ("ora_s", "ora_utc", "ora_dtadd"))
        if clock or _INSTANT.fullmatch(sample):
            return DATE if "sysdate" in lower else TIMESTAMP
        return VARCHAR
    return NUMBER if isinstance(sample, int | float) or _FIGURE.search(lower) else VARCHAR
