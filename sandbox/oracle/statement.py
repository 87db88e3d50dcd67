"""One statement of the driver, taken apart: what it does, to which table, what it locks and returns."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from sandbox.oracle.dialect import translate
from sandbox.oracle.refusals import refuse
from sandbox.oracle.text import bare, map_code, unowned

_QUOTED_BIND = re.compile(r"('(?:[^']|'')*'|--[^\n]*|/\*.*?\*/)|:\s*\"[^\"]+\"", re.DOTALL)
_BIND = re.compile(r"(?<![:\w]):\s*(\"?\w[\w$#]*\"?)")
_RETURNING = re.compile(r"\bRETURN(?:ING)?\b(.*?)\bINTO\b(.*)$", re.DOTALL | re.IGNORECASE)
_FOR_UPDATE = re.compile(
    r"\bFOR\s+UPDATE\b(\s+OF\s+[\w.,\s\"]+?)?(\s+SKIP\s+LOCKED|\s+NOWAIT|\s+WAIT\s+(\d+))?\s*$", re.IGNORECASE
)
_READ = re.compile(r"\bFROM\s+([\w.\"$#]+)(?:\s+(?!WHERE|ORDER|JOIN|LEFT|INNER|GROUP|LIMIT|ON\b)(\w+))?", re.IGNORECASE)
_WRITTEN = re.compile(
    r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|DELETE|MERGE\s+INTO)\s+([\w.\"$#]+)"
    r"(?:\s+(?!SET|VALUES|WHERE|SELECT)(\w+))?",
    re.IGNORECASE,
)
QUERIES = frozenset(["SELECT", "WITH"])
CHANGES = frozenset(["INSERT", "UPDATE", "DELETE", "MERGE"])
BLOCKS = frozenset(["BEGIN", "DECLARE", "CALL"])


@dataclass(frozen=True)
class RowLock:
    """How FOR UPDATE meets a row that another session holds; `wait` none waits as long as the server lets it."""

    kind: Literal["skip", "wait"]
    wait: float | None = None


@dataclass(frozen=True)
class Statement:
    """A statement that Oracle accepts; `sql` is what SQLite runs, its binds called p0, p1 and so on."""

    source: str
    keyword: str
    sql: str
    lock: RowLock | None
    returns: int
    table: str
    alias: str

    @property
    def is_query(self) -> bool:
        """Tell whether it reads rows."""
        return self.keyword in QUERIES

    @property
    def is_change(self) -> bool:
        """Tell whether it changes rows."""
        return self.keyword in CHANGES

    @property
    def is_block(self) -> bool:
        """Tell whether it is PL/SQL."""
        return self.keyword in BLOCKS

    @cached_property
    def ref(self) -> str:
        """The name by which its columns are qualified."""
        return self.alias or self.table


def keyword_of(source: str) -> str:
    """Return the first word of a statement, in capitals."""
    found = re.match(r"\W*(\w+)", bare(source))
    return found[1] if found else ""


@lru_cache(maxsize=1024)
def parse(source: str) -> Statement:
    """Take a statement apart; raise the error of one that Oracle does not accept."""
    keyword = keyword_of(source)
    if keyword not in BLOCKS:
        refuse(keyword, bare(source))
    sql, returns = _without_into(_numbered(source.strip()), keyword)
    sql, lock = _without_lock(sql, keyword)
    sql = translate(sql, changes=keyword in ("UPDATE", "DELETE"))
    named = (_WRITTEN.match if keyword in CHANGES else _READ.search)(sql)
    table = unowned(named[1]) if named else ""
    return Statement(source.strip(), keyword, sql, lock, returns, table, (named and named[2]) or "")


def _numbered(sql: str) -> str:
    """Name the binds by their order; what they were called means nothing to the wire."""
    count = iter(range(10_000))
    sql = _QUOTED_BIND.sub(lambda found: found[1] or ":quoted", sql)
    return map_code(sql, lambda code: _BIND.sub(lambda _: f":p{next(count)} ", code))


def _without_into(sql: str, keyword: str) -> tuple[str, int]:
    """Return the statement as SQLite returns rows, and how many binds the client takes them into."""
    found = _RETURNING.search(sql) if keyword in CHANGES else None
    if found is None:
        return sql, 0
    return f"{sql[: found.start()]} RETURNING {found[1]}", found[2].count(":p")


def _without_lock(sql: str, keyword: str) -> tuple[str, RowLock | None]:
    found = _FOR_UPDATE.search(sql) if keyword in QUERIES else None
    if found is None:
        return sql, None
    tail = (found[2] or "").upper()
    if "SKIP" in tail:
        return sql[: found.start()], RowLock("skip", 0)
    wait = 0.0 if "NOWAIT" in tail else float(found[3]) if found[3] else None
    return sql[: found.start()], RowLock("wait", wait)
