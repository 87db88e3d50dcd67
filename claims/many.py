"""Many rows as one table of a statement, whose text is the same however many there are.

Arrays on PostgreSQL, one JSON text on SQLite: a write of a hundred rows is one statement and is compiled once.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    FromClause,
    Integer,
    LargeBinary,
    String,
    Text,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.types import TypeEngine

from storage.types import Instant

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
        stored = [_stored(type_, values, dialect) for type_, values in zip(self.types.values(), columns, strict=True)]
        return {f"{self.name}_rows": json.dumps(list(zip(*stored, strict=True)), default=_plain)}


def _element(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    found = next((element for kind, element in _ELEMENTS if isinstance(type_, kind)), None)
    if found is None or isinstance(type_, JSON):
        raise TypeError(f"no rows of {type_!r}")
    return found


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _stored(type_: TypeEngine[Any], values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
    """Return values as a column of this type stores them."""
    store = type_.dialect_impl(dialect).bind_processor(dialect)
    return values if store is None else [store(_plain(value)) for value in values]
