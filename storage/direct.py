"""Statements that run all day, handed to the driver as text: compiled once, where SQLAlchemy decides at each execution.

That costs a fifth, and on a machine with little to do, whose caches are cold between two events, less than that. What
such a statement is stays written in SQLAlchemy; listeners to statements hear these too.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage.faults import only_reads
from storage.types import Instant

Row = tuple[Any, ...]


class Prepared:
    """A statement whose text is the same at each execution; its parameters are all named."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._texts: dict[str, _Text] = {}

    def text(self, dialect: Dialect) -> "_Text":
        """Return it as this database's driver takes it."""
        found = self._texts.get(dialect.name)
        if found is None:
            found = self._texts[dialect.name] = _Text(self.statement, dialect)
        return found


class _Text:
    """The text of a statement, and what makes its parameters what the driver takes and its rows what we read."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError("a default of ours is missing")
        given = {name: None for name, one in compiled.binds.items() if one.required}
        if any(compiled.binds[name].expanding for name in given):
            raise TypeError("the text depends on the values")
        state = compiled.construct_expanded_state(given)
        self.sql: str = state.statement
        ways = {name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in compiled.binds.items()}
        self._ways = {name: way for name, way in {**ways, **state.processors}.items() if way}
        for name, one in compiled.binds.items():
            if isinstance(one.type, Instant) and name in self._ways:
                # a transaction writes one instant many times
                self._ways[name] = lru_cache(16)(self._ways[name])
        self._fixed = {name: self._stored(name, value) for name, value in state.parameters.items()}
        self._order: Sequence[str] | None = state.positiontup
        self._dialect, self._told = dialect, getattr(statement, "exported_columns", ())
        self._read: list[tuple[int, Callable[[Any], Any]]] | None = None

    def _stored(self, name: str, value: Any) -> Any:
        way = self._ways.get(name)
        return way(value) if way else value

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return the values of its parameters as the driver takes them."""
        stored = dict(self._fixed)
        for name, value in values.items():
            way = self._ways.get(name)
            stored[name] = way(value) if way else value
        return stored if self._order is None else [stored[name] for name in self._order]

    def rows(self, cursor: Any) -> list[Row]:
        """Return the rows that a cursor has, with values of our types."""
        if not cursor.description or not self._told:
            return []
        if self._read is None:
            self._read = self._reading(cursor.description)
        if not self._read:
            return cast("list[Row]", cursor.fetchall())
        made = []
        for row in cursor.fetchall():
            values = list(row)
            for place, way in self._read:
                # to none of our types a NULL is anything else than none
                if values[place] is not None:
                    values[place] = way(values[place])
            made.append(tuple(values))
        return made

    def _reading(self, description: Sequence[Any]) -> list[tuple[int, Callable[[Any], Any]]]:
        """Return what makes a column's value one of our types, for those where anything does."""
        ways = (
            column.type.dialect_impl(self._dialect).result_processor(self._dialect, said[1])
            for column, said in zip(self._told, description, strict=True)
        )
        return [(place, way) for place, way in enumerate(ways) if way]


class Direct:
    """The transaction of a connection as these statements see it; `db` is the session that it belongs to, if any."""

    def __init__(self, connection: Connection, db: Session | None = None) -> None:
        self.connection, self.dialect = connection, connection.dialect
        self.driver: Any = connection.connection.driver_connection
        self._db = db

    def run(self, statement: Prepared, values: Mapping[str, Any]) -> list[Row]:
        """Execute a statement; return the rows that it returns."""
        text = statement.text(self.dialect)
        parameters = text.parameters(values)
        self._tell(text.sql, parameters)
        try:
            return text.rows(self.driver.execute(text.sql, parameters))
        except self.dialect.loaded_dbapi.Error as fault:
            raise self.fault(text.sql, fault) from fault

    def run_many(self, statement: Prepared, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute a statement that returns nothing, for each of these rows."""
        text = statement.text(self.dialect)
        parameters = [text.parameters(row) for row in rows]
        self._tell(text.sql, parameters)
        try:
            self.driver.cursor().executemany(text.sql, parameters)
        except self.dialect.loaded_dbapi.Error as fault:
            raise self.fault(text.sql, fault) from fault

    @property
    def db(self) -> Session:
        """The session of this transaction, for what is rare."""
        if self._db is None:
            self._db = Session(self.connection, expire_on_commit=False)
            self._db.connection()
        return self._db

    def commit(self) -> None:
        """Commit."""
        if self._db is not None:
            self._db.commit()
        elif self.connection.in_transaction():
            self.connection.commit()
        else:
            try:
                self.driver.commit()
            except self.dialect.loaded_dbapi.Error as fault:
                raise self.fault("COMMIT", fault) from fault

    def rollback(self) -> None:
        """Undo everything."""
        if self._db is not None:
            self._db.rollback()
        elif self.connection.in_transaction():
            self.connection.rollback()
        else:
            self.driver.rollback()

    def fault(self, sql: str, fault: Exception) -> DBAPIError:
        """Return a driver's fault as SQLAlchemy's, and let go of a connection that is no more or only reads."""
        if only_reads(fault) or self.dialect.is_disconnect(cast("Any", fault), self.driver, None):
            self.connection.invalidate(fault)
        base, dialect = self.dialect.loaded_dbapi.Error, self.dialect
        made = DBAPIError.instance(sql, None, fault, base, hide_parameters=True, dialect=dialect)
        return cast("DBAPIError", made)

    def _tell(self, sql: str, parameters: Any) -> None:
        for heard in self.connection.dispatch.before_cursor_execute:
            heard(self.connection, None, sql, parameters, None, False)


def direct(on: Session | Connection | Direct) -> Direct:
    """Return what runs such statements in this transaction; what its session has not written yet goes first."""
    if isinstance(on, Direct):
        return on
    if isinstance(on, Connection):
        return Direct(on)
    on.flush()
    return Direct(on.connection(), on)
