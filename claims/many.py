"""Many rows as one table of a statement, whose text is the same however many there are.

Arrays on PostgreSQL, one JSON text on SQLite: a write of a hundred rows is one statement and is compiled once.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Dialect,
    Float,
    FromClause,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

from storage.types import Instant

Rows = Sequence[Mapping[str, Any]]

# What an array's element is called; a narrower text type would cut without a word.
_ELEMENTS: tuple[tuple[type[TypeEngine[Any]], TypeEngine[Any]], ...] = (
    (Instant, Instant()),
    (LargeBinary, LargeBinary()),
    (Boolean, Boolean()),
    (Integer, BigInteger()),
    (Float, Float()),
    (String, Text()),
)


class Many:
    """Rows with these columns, as a `FROM` of a statement and as the values of its parameters."""

    def __init__(self, columns: Mapping[str, Column[Any]], name: str = "novas") -> None:
        self.types = {key: _element(one.type) for key, one in columns.items()}
        self.name = name
        self._ways: dict[str, list[Callable[[Any], Any] | None]] = {}

    def table(self, dialect: str) -> FromClause:
        """Return the rows as a table of the statement."""
        return self._arrays() if dialect == "postgresql" else self._json()

    def _arrays(self) -> FromClause:
        arrays = [bindparam(f"{self.name}_{key}", type_=ARRAY(type_)) for key, type_ in self.types.items()]
        named = [column(key, type_) for key, type_ in self.types.items()]
        return func.unnest(*arrays).table_valued(*named, name=self.name).render_derived()

    def _json(self) -> FromClause:
        each = func.json_each(bindparam(f"{self.name}_rows", type_=Text())).table_valued("value", name="linhas")
        parts = [
            func.json_extract(each.c.value, f"$[{place}]", type_=type_).label(key)
            for place, (key, type_) in enumerate(self.types.items())
        ]
        return select(*parts).subquery(self.name)

    def values(self, rows: Iterable[Sequence[Any]], dialect: Dialect) -> dict[str, Any]:
        """Return the parameters of these rows, each with its values in the order of the columns."""
        columns = list(zip(*rows, strict=True)) or [()] * len(self.types)
        if dialect.name == "postgresql":
            return {
                f"{self.name}_{key}": [_plain(value) for value in values]
                for key, values in zip(self.types, columns, strict=True)
            }
        ways = self._to_store(dialect)
        stored = [values if way is None else list(map(way, values)) for way, values in zip(ways, columns, strict=True)]
        return {f"{self.name}_rows": json.dumps(list(zip(*stored, strict=True)), default=_plain)}

    def _to_store(self, dialect: Dialect) -> list[Callable[[Any], Any] | None]:
        """Return what makes a value of each column what is stored (none: nothing); one instant is mostly many rows'."""
        if dialect.name not in self._ways:
            found = (type_.dialect_impl(dialect).bind_processor(dialect) for type_ in self.types.values())
            self._ways[dialect.name] = [way and lru_cache(64)(way) for way in found]
        return self._ways[dialect.name]


class Adding:
    """Rows to add to a table, each with values of the same columns, in one statement."""

    def __init__(self, table: Table, *columns: str) -> None:
        self.many = Many({name: table.c[name] for name in columns})
        self._adding = {
            dialect: insert(table).from_select(list(columns), select(*self.many.table(dialect).c))
            for dialect in ("postgresql", "sqlite")
        }

    def add(self, connection: Connection, rows: Rows) -> None:
        """Add these rows."""
        if rows:
            ordered = ([row[name] for name in self.many.types] for row in rows)
            dialect = connection.dialect
            connection.execute(self._adding[dialect.name], self.many.values(ordered, dialect))


def _element(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    found = next((element for kind, element in _ELEMENTS if isinstance(type_, kind)), None)
    if found is None or isinstance(type_, JSON):
        raise TypeError(f"no rows of {type_!r}")
    return found


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
