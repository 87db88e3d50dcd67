"""What a database says of a table's columns: their names, and whether they have numbers or dates."""

from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, Select, func, select, text
from sqlalchemy import table as plain_table
from sqlalchemy.sql import literal_column

# A column of SQLite whose type has one of these words makes a text of what is written to it.
TEXTS = ("char", "clob", "text")


class Kind(Enum):
    """What the values of a column are; SQLite knows only of texts, and lets the rest be anything.

    ZONED: a date with a zone, of which the driver of Oracle fails to read a zone that has a name.
    """

    NUMBER = auto()
    DATE = auto()
    ZONED = auto()
    OTHER = auto()
    ANY = auto()


NUMBERS = (Kind.NUMBER, Kind.ANY)
DATES = (Kind.DATE, Kind.ZONED, Kind.ANY)


def described(connection: Connection, bare: str, owner: str | None) -> dict[str, Kind]:
    """Return the columns of a table by their lower-case names."""
    nothing: Select[Any] = select(literal_column("*")).where(text("1 = 0"))
    cursor = connection.execute(nothing.select_from(plain_table(bare, schema=owner))).cursor
    columns = cursor.description if cursor else ()
    if connection.dialect.name != "sqlite":
        return {name.lower(): _kind(connection.dialect.dbapi, code) for name, code, *_ in columns}
    texts = _texts_of_sqlite(connection, bare, owner)
    return {name.lower(): Kind.OTHER if name.lower() in texts else Kind.ANY for name, *_ in columns}


def _kind(driver: Any, code: Any) -> Kind:
    """Return what the driver calls a type, by the words that all drivers share (PEP 249), and one of Oracle."""
    if code is not None and code == getattr(driver, "DB_TYPE_TIMESTAMP_TZ", None):
        return Kind.ZONED
    return Kind.NUMBER if code == driver.NUMBER else Kind.DATE if code == driver.DATETIME else Kind.OTHER


def _texts_of_sqlite(connection: Connection, bare: str, owner: str | None) -> set[str]:
    """Return the columns that have texts: a statement of SQLite describes no types."""
    table = func.pragma_table_info(bare, owner or "main").table_valued("name", "type")
    rows = connection.execute(select(table.c.name, table.c.type)).all()
    return {row.name.lower() for row in rows if any(word in row.type.lower() for word in TEXTS)}
