"""Many rows as one table of a statement, whose text is the same however many there are.

Arrays on PostgreSQL, one JSON text on SQLite: a write of a hundred rows is one statement and is compiled once. A single
row is its values, which costs the database and us less.
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
    cast,
    column,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from storage.direct import Direct, Prepared, direct
from storage.rows import insert_in
from storage.types import Exact, Instant

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

    def table(self, dialect: str, *, single: bool = False) -> FromClause:
        """Return the rows as a table of the statement; with `single` it is one row."""
        if single:
            return self._values(dialect)
        return self._arrays() if dialect == "postgresql" else self._json()

    def _values(self, dialect: str) -> FromClause:
        given = {key: bindparam(f"{self.name}_{key}", type_=type_) for key, type_ in self.types.items()}
        if dialect == "postgresql":
            # nothing else says of what type a NULL is
            return select(*(cast(one, one.type).label(key) for key, one in given.items())).subquery(self.name)
        return select(*(one.label(key) for key, one in given.items())).subquery(self.name)

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

    def single(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return the parameters of a single row."""
        return {f"{self.name}_{key}": plain(value) for key, value in zip(self.types, row, strict=True)}

    def values(self, rows: Iterable[Sequence[Any]], dialect: Dialect) -> dict[str, Any]:
        """Return the parameters of these rows, each with its values in the order of the columns."""
        columns = list(zip(*rows, strict=True)) or [()] * len(self.types)
        if dialect.name == "postgresql":
            return {
                f"{self.name}_{key}": [plain(value) for value in values]
                for key, values in zip(self.types, columns, strict=True)
            }
        ways = self._to_store(dialect)
        stored = [values if way is None else list(map(way, values)) for way, values in zip(ways, columns, strict=True)]
        return {f"{self.name}_rows": json.dumps(list(zip(*stored, strict=True)), default=plain)}

    def _to_store(self, dialect: Dialect) -> list[Callable[[Any], Any] | None]:
        """Return what makes a value of each column what is stored (none: nothing); one instant is mostly many rows'."""
        if dialect.name not in self._ways:
            found = (type_.dialect_impl(dialect).bind_processor(dialect) for type_ in self.types.values())
            self._ways[dialect.name] = [way and lru_cache(64)(way) for way in found]
        return self._ways[dialect.name]


class Adding:
    """Rows to add to a table, each with values of the same columns, in one statement.

    With `missing` a row that is there already, by any of its keys, stays as it is.
    """

    def __init__(self, table: Table, *columns: str, missing: bool = False) -> None:
        self.columns = columns
        self._named = [f"p_{name}" for name in columns]
        self.many = Many({name: table.c[name] for name in columns})
        # bytes have no place in JSON
        self._whole = not any(isinstance(one, LargeBinary) for one in self.many.types.values())
        self._one_by_one = Prepared(insert(table).values({name: bindparam(f"p_{name}") for name in columns}).inline())
        self._adding = {
            (dialect, single): Prepared(self._statement(table, dialect, missing, single=single))
            for dialect in ("postgresql", "sqlite")
            for single in (False, True)
        }

    def _statement(self, table: Table, dialect: str, missing: bool, *, single: bool) -> Any:
        chosen = select(*self.many.table(dialect, single=single).c)
        if not missing:
            return insert(table).from_select(list(self.columns), chosen)
        # without a condition SQLite takes ON CONFLICT for that of a join
        adding = insert_in(dialect, table).from_select(list(self.columns), chosen.where(text("1 = 1")))
        return adding.on_conflict_do_nothing()

    def add(self, on: Session | Connection | Direct, rows: Rows) -> None:
        """Add these rows."""
        self.add_values(on, [[row[name] for name in self.columns] for row in rows])

    def add_values(self, on: Session | Connection | Direct, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows that have their values in the order of the columns."""
        if not rows:
            return
        run = direct(on)
        name = run.dialect.name
        if len(rows) == 1:
            run.run(self._adding[name, True], self.many.single(rows[0]))
        elif self._whole or name == "postgresql":
            run.run(self._adding[name, False], self.many.values(rows, run.dialect))
        else:
            run.run_many(self._one_by_one, [dict(zip(self._named, row, strict=True)) for row in rows])


def _element(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    if isinstance(type_, Exact):
        return type_
    found = next((element for kind, element in _ELEMENTS if isinstance(type_, kind)), None)
    if found is None or isinstance(type_, JSON):
        raise TypeError(f"no rows of {type_!r}")
    return found


def plain(value: Any) -> Any:
    """Return the value of an enumeration's member, everything else as it is."""
    return value.value if isinstance(value, Enum) else value
