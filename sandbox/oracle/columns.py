"""The catalogue: tables and columns as in Oracle's DDL, and what SQLite gets instead."""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.oracle.errors import OracleError, no_column
from sandbox.oracle.text import split_list, unowned

TYPES = "NUMBER|VARCHAR2|NVARCHAR2|CHAR|DATE|TIMESTAMP|INTEGER|CLOB|FLOAT|RAW"
_COLUMN = re.compile(
    rf"^\s*\"?(\w+)\"?\s+({TYPES})\s*(?:\((\d+)(?:\s*(CHAR|BYTE))?(?:\s*,\s*(-?\d+))?\))?(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_IDENTITY = re.compile(
    r"GENERATED\s+(ALWAYS|BY\s+DEFAULT)(\s+ON\s+NULL)?\s+AS\s+IDENTITY(\s*\([^)]*\))?", re.IGNORECASE
)
_CLOCK_DEFAULT = re.compile(r"\bDEFAULT\s+(?:SYS_EXTRACT_UTC\s*\(\s*)?(SYSDATE|SYSTIMESTAMP)(?:\s*\))?", re.IGNORECASE)
_KEY = re.compile(r"^\s*(?:CONSTRAINT\s+\w+\s+)?PRIMARY\s+KEY\s*\(([^)]*)\)", re.IGNORECASE)
_INDEX_OPTIONS = re.compile(
    r"\bUSING\s+INDEX.*$|\bLOGGING\b|\bONLINE\b|\bLOCAL\b|\bTABLESPACE\s+\w+", re.IGNORECASE | re.DOTALL
)
AFFINITIES = {"NUMBER": "NUMERIC", "INTEGER": "NUMERIC", "FLOAT": "NUMERIC", "RAW": "BLOB"}
WITH_ZONE = "TIMESTAMP WITH TIME ZONE"
_ZONE = re.compile(r"^\s*WITH\s+TIME\s+ZONE\b", re.IGNORECASE)
TEXT_TYPES = frozenset(["VARCHAR2", "NVARCHAR2", "CHAR"])


@dataclass(frozen=True)
class Column:
    """A column; `size` counts bytes, or characters where `in_characters`."""

    name: str
    type: str
    size: int = 0
    scale: int = 0
    required: bool = False
    identity: bool = False
    always: bool = False
    in_characters: bool = False

    def refuse_explicit(self) -> None:
        """Raise what Oracle says of a value for a column that it numbers itself."""
        raise OracleError(32795, "cannot insert into a generated always identity column")

    def check(self, value: Any, *, table: str, inserts: bool) -> None:
        """Raise what Oracle says of a value that does not fit."""
        place = f'"{table}"."{self.name}"'
        if value is None:
            if self.required:
                told = (
                    (1400, f"cannot insert NULL into ({place})")
                    if inserts
                    else (1407, f"cannot update ({place}) to NULL")
                )
                raise OracleError(*told)
            return
        if self.type in TEXT_TYPES and isinstance(value, str) and self.size:
            actual = len(value if self.in_characters else value.encode())
            if actual > self.size:
                said = f"value too large for column {place} (actual: {actual}, maximum: {self.size})"
                raise OracleError(12899, said)
        if (
            self.type == "NUMBER"
            and isinstance(value, str)
            and not re.fullmatch(r"\s*[+-]?\d*\.?\d+(E[+-]?\d+)?\s*", value)
        ):
            raise OracleError(1722, "invalid number")


@dataclass(frozen=True)
class Table:
    """A table that is being made: its columns, and the lines for SQLite."""

    name: str
    columns: dict[str, Column]
    lines: tuple[str, ...]

    @property
    def sql(self) -> str:
        """The statement that makes it in SQLite."""
        return f'CREATE TABLE "{self.name}" ({", ".join(self.lines)})'

    def column(self, name: str) -> Column:
        """Return a column, or raise ORA-00904."""
        found = self.columns.get(name.upper())
        if found is None:
            raise no_column(name)
        return found


def table_of(name: str, body: str) -> Table:
    """Read what stands in the parentheses of CREATE TABLE."""
    parts = split_list(body)
    keys = {
        column.strip().strip('"').upper()
        for part in parts
        if (found := _KEY.match(part))
        for column in found[1].split(",")
    }
    made = [(part, _column(part, keys)) for part in parts]
    columns = {column.name: column for _, column in made if column is not None}
    numbered = any(column.identity for column in columns.values())
    lines = (_line(part, column, numbered=numbered) for part, column in made)
    return Table(unowned(name), columns, tuple(line for line in lines if line))


def _column(part: str, keys: set[str]) -> Column | None:
    found = _COLUMN.match(part)
    if found is None:
        return None
    rest = found[6].upper()
    identity = _IDENTITY.search(rest)
    return Column(
        name=found[1].upper(),
        type=WITH_ZONE if _ZONE.match(found[6]) else found[2].upper(),
        size=int(found[3] or 0),
        scale=int(found[5] or 0),
        required="NOT NULL" in rest or "PRIMARY KEY" in rest or found[1].upper() in keys,
        identity=identity is not None,
        always=identity is not None and identity[1] == "ALWAYS",
        in_characters=(found[4] or "").upper() == "CHAR",
    )


def _line(part: str, column: Column | None, *, numbered: bool) -> str:
    """Return a column or a constraint in SQLite's DDL."""
    if column is None:
        return "" if numbered and _KEY.match(part) else _INDEX_OPTIONS.sub("", part)
    found = _COLUMN.match(part)
    rest = _CLOCK_DEFAULT.sub(_clock, _IDENTITY.sub("", _ZONE.sub("", found[6] if found else "")))
    if column.identity:
        rest = re.sub(r"PRIMARY\s+KEY|NOT\s+NULL", "", rest, flags=re.IGNORECASE)
        return f'"{column.name}" INTEGER PRIMARY KEY AUTOINCREMENT {rest}'
    return f'"{column.name}" {AFFINITIES.get(column.type, "TEXT")} {rest}'


def _clock(found: re.Match[str]) -> str:
    zone = "" if "SYS_EXTRACT_UTC" in found[0].upper() else ",'localtime'"
    form = "%Y-%m-%d %H:%M:%S" if found[1].upper() == "SYSDATE" else "%Y-%m-%d %H:%M:%f000"
    return f"DEFAULT (strftime('{form}','now'{zone}))"
