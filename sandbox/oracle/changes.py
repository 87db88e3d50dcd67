"""INSERT, UPDATE and DELETE: values checked as Oracle checks them, rows waited for in its order."""

import re
from typing import Any

from sandbox.oracle.errors import deadlock
from sandbox.oracle.statement import Statement
from sandbox.oracle.text import closing, split_list
from sandbox.oracle.transaction import Transaction

_VALUES = re.compile(r"\(([^()]*)\)\s*VALUES\s*\((.*)\)", re.DOTALL | re.IGNORECASE)
_SET = re.compile(r"\"?(\w+)\"?\s*=\s*(:p\d+|'[^']*')")
_WHERE = re.compile(r"\bWHERE\b(.*?)(\bRETURNING\b|$)", re.DOTALL | re.IGNORECASE)
_WHERE_ONLY = re.compile(r"\bWHERE\b.*?(?=\bRETURNING\b|$)", re.DOTALL | re.IGNORECASE)
_SUBSELECT = re.compile(r"[\w.\"]+\s+IN\s*\(\s*SELECT\b", re.IGNORECASE)
Values = dict[str, Any]


def change(transaction: Transaction, statement: Statement, values: Values) -> tuple[int, list[Any]]:
    """Run a change with one row of binds; return how many rows it changed, and what it gives back."""
    _check(transaction, statement, values)
    sql = statement.sql
    if statement.keyword in ("UPDATE", "DELETE"):
        sql = _waited(transaction, statement, values)
    transaction.begin()
    cursor = transaction.connection.execute(sql, values)
    if statement.returns:
        found = cursor.fetchall()
        return len(found), found
    if statement.keyword == "INSERT" and cursor.lastrowid is not None:
        transaction.take((statement.table, cursor.lastrowid), 0)
    return max(cursor.rowcount, 0), []


def _check(transaction: Transaction, statement: Statement, values: Values) -> None:
    table, inserts = transaction.database.table(statement.table), statement.keyword == "INSERT"
    for name, given in _inserted(statement.sql) if inserts else _set(statement.sql):
        column = table.column(name)
        if inserts and column.always:
            column.refuse_explicit()
        if given.startswith((":", "'")):
            column.check(
                values.get(given[1:]) if given[0] == ":" else given.strip("'"), table=table.name, inserts=inserts
            )


def _inserted(sql: str) -> list[tuple[str, str]]:
    found = _VALUES.search(sql)
    if found is None:
        return []
    names = [name.strip().strip('"') for name in found[1].split(",")]
    return list(zip(names, split_list(found[2]), strict=False))


def _set(sql: str) -> list[tuple[str, str]]:
    return _SET.findall(re.split(r"\bWHERE\b", sql, maxsplit=1, flags=re.IGNORECASE)[0])


def _waited(transaction: Transaction, statement: Statement, values: Values) -> str:
    """Wait for the rows; return the statement to run.

    Where the outer condition still holds for those that were waited for, Oracle updates the same rows again, even if
    a subselect would now choose others; else the statement begins anew.
    """
    found = _WHERE.search(statement.sql)
    where = found[1] if found else "1=1"
    outer = outer_condition(where)
    while True:
        ids, waited = _taken(transaction, statement, where, values)
        if not waited:
            return statement.sql
        if outer != where and all(_still(transaction, statement, outer, values, row) for row in waited):
            chosen = ",".join(map(str, ids))
            return _WHERE_ONLY.sub(f" WHERE rowid IN ({chosen}) ", statement.sql, count=1)


def _taken(transaction: Transaction, statement: Statement, where: str, values: Values) -> tuple[list[int], list[int]]:
    """Take every row that a condition chooses; return them, and those that others held."""
    chosen = f"SELECT {statement.ref}.rowid FROM {statement.table} {statement.alias} WHERE {where}"
    ids = [row[0] for row in transaction.connection.execute(chosen, values)]
    waited = [row for row in ids if transaction.held_by_another((statement.table, row))]
    for row in ids:
        if not transaction.take((statement.table, row)):
            raise deadlock()
    return ids, waited


def _still(transaction: Transaction, statement: Statement, outer: str, values: Values, row: int) -> bool:
    query = f"SELECT 1 FROM {statement.table} {statement.alias} WHERE ({outer}) AND {statement.ref}.rowid = :waited"
    return transaction.connection.execute(query, values | {"waited": row}).fetchone() is not None


def outer_condition(where: str) -> str:
    """Return a condition whose subselects hold for every row."""
    while found := _SUBSELECT.search(where):
        opened = where.index("(", found.start())
        where = f"{where[: found.start()]}1=1{where[closing(where, opened + 1) + 1 :]}"
    return where
