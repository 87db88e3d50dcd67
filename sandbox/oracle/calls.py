"""What the driver asks for: the messages of one call, read from the stream into typed calls."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.oracle.encoding import (
    BINARY_DOUBLE,
    DATES,
    NUMBER,
    RAW,
    TEXTS,
    date_text,
    double_value,
    number_value,
)
from sandbox.oracle.errors import OracleError
from sandbox.oracle.packets import Packets
from sandbox.oracle.statement import Statement, parse

CALL, PIGGYBACK, ROW = 3, 17, 7
EXECUTE, FETCH = 94, 5
REEXECUTE, REEXECUTE_AND_FETCH = 4, 78
NAMES = {
    EXECUTE: "execute",
    REEXECUTE: "reexecute",
    REEXECUTE_AND_FETCH: "reexecute",
    FETCH: "fetch",
    14: "commit",
    15: "rollback",
    147: "ping",
    9: "logoff",
}
# Options of an execute.
PARSED, DEFINED, FETCHES, COMMITS, COLLECTS_ERRORS = 0x01, 0x08, 0x40, 0x100, 0x80000
LARGEST_EARLY = 32767
UTF16_FORM = 2
WIDEST = 2**63
MOST_CURSORS = 60_000


@dataclass(frozen=True)
class Bind:
    """A bind variable: its type, its greatest size, the form of its characters."""

    kind: int
    size: int
    form: int


@dataclass
class Cursor:
    """A cursor of a session. `fault` is why its statement cannot run, `returned` how many binds take values back."""

    number: int
    statement: Statement | None = None
    fault: OracleError | None = None
    binds: list[Bind] = field(default_factory=list)
    returned: int = 0
    columns: list[Any] | None = None
    rows: Any = None
    fetched: int = 0

    @property
    def given(self) -> list[Bind]:
        """The binds that bring values."""
        return self.binds[: len(self.binds) - self.returned]


@dataclass(frozen=True)
class Call:
    """A call: its name, and what it is about."""

    name: str
    cursor: Cursor | None = None
    options: int = 0
    fetch: int = 0
    times: int = 0
    rows: list[list[Any]] = field(default_factory=list)
    counts: bool = False


class Reader:
    """Reads calls; it keeps the session's cursors, for a call names its cursor by number."""

    def __init__(self, packets: Packets) -> None:
        self._packets = packets
        self.cursors: dict[int, Cursor] = {}
        self.about: dict[str, str] = {}
        self._next = 1

    def call(self) -> Call:
        """Return the next call."""
        message = self._packets.u1()
        while message == PIGGYBACK:
            self._piggyback()
            message = self._packets.u1()
        function = self._packets.u1()
        self._packets.u1()
        name = NAMES.get(function)
        if message != CALL or name is None:
            raise ConnectionError(f"message {message}, function {function}")
        if function == EXECUTE:
            return self._execute()
        if function == FETCH:
            cursor = self.cursors.get(self._packets.ub())
            return Call(name, cursor, fetch=self._packets.ub())
        return self._reexecute(function) if name == "reexecute" else Call(name)

    def _piggyback(self) -> None:
        kind = self._packets.u1()
        self._packets.u1()
        passes: dict[int, Callable[[], object]] = {105: self._close_cursors, 135: self._end_to_end, 152: self._schema}
        if kind not in passes:
            raise ConnectionError(f"piggyback {kind}")
        passes[kind]()

    def _close_cursors(self) -> None:
        self._packets.u1()
        for _ in range(self._packets.ub()):
            self.cursors.pop(self._packets.ub(), None)

    def _schema(self) -> None:
        self._packets.skip("1s")

    def _end_to_end(self) -> None:
        """Read what a session tells the DBA of itself."""
        self._packets.skip("11n")
        told = [self._told(), self._told(), self._told()]
        self._packets.skip("1n1n")
        told += [self._told() for _ in range(4)]
        for name, (present, length) in zip(("client", "module", "action"), told[:3], strict=True):
            if present and length:
                self.about[name] = (self._packets.chunks() or b"").decode()
        for present, length in (told[3], told[6]):
            if present and length:
                self._packets.chunks()

    def _told(self) -> tuple[int, int]:
        return self._packets.u1(), self._packets.ub()

    def _reexecute(self, function: int) -> Call:
        cursor = self.cursors[self._packets.ub()]
        times, _, flags = self._packets.ub(), self._packets.ub(), self._packets.ub()
        statement = cursor.statement
        query = statement is not None and statement.is_query
        rows = self._rows(cursor, 1 if query else times) if cursor.given else []
        options = (FETCHES if function == REEXECUTE_AND_FETCH else 0) | (COMMITS if flags & 1 else 0)
        return Call("reexecute", cursor, options, times, 1 if query else times, rows)

    def _execute(self) -> Call:
        """Read an execute: counts first, then the text, then binds with their values."""
        read = self._packets
        options, number = read.ub(), read.ub()
        read.u1()
        length = read.ub()
        read.skip("1n11n")
        fetch = read.ub()
        read.skip("n1")
        binds = read.ub()
        read.skip("111111")
        defined = read.ub()
        read.skip("n111n1nn")
        counts = bool(read.u1())
        read.skip("n11n1n11n")
        sql = (read.chunks() or b"").decode() if length else ""
        more = [read.ub() for _ in range(13)]
        cursor = self.cursors.get(number) or self._opened(sql)
        if options & DEFINED:
            cursor.binds = []
        statement = cursor.statement
        times = 1 if statement is not None and statement.is_query else more[1]
        rows = self._described(cursor, sql, defined, binds, times)
        self.cursors[cursor.number] = cursor
        return Call("execute", cursor, options, fetch, times, rows, counts)

    def _opened(self, sql: str) -> Cursor:
        cursor = Cursor(self._next)
        self._next = self._next % MOST_CURSORS + 1
        try:
            cursor.statement = parse(sql)
        except OracleError as error:
            cursor.fault = error
        return cursor

    def _described(self, cursor: Cursor, sql: str, defined: int, binds: int, times: int) -> list[list[Any]]:
        """Read the descriptions of columns or binds; return the rows of values."""
        if defined:
            for _ in range(defined):
                self._bind()
            return []
        if not binds:
            return []
        cursor.binds = [self._bind() for _ in range(binds)]
        cursor.returned = cursor.statement.returns if cursor.statement else _returned(sql)
        return self._rows(cursor, max(times, 1)) if cursor.given else []

    def _bind(self) -> Bind:
        read = self._packets
        kind = read.u1()
        read.skip("111")
        size = read.ub()
        read.skip("nnsnn")
        form = read.u1()
        read.skip("nn")
        return Bind(kind, size, form)

    def _rows(self, cursor: Cursor, times: int) -> list[list[Any]]:
        return [self._row(cursor) for _ in range(times)]

    def _row(self, cursor: Cursor) -> list[Any]:
        """Read the values of one row; those that may be long come last."""
        if self._packets.u1() != ROW:
            raise ConnectionError("no row of binds")
        values: list[Any] = [None] * len(cursor.given)
        block = cursor.statement is not None and cursor.statement.is_block
        late = [place for place, bind in enumerate(cursor.given) if bind.size > LARGEST_EARLY and not block]
        early = [place for place in range(len(values)) if place not in late]
        for place in (*early, *late):
            values[place] = self._value(cursor.given[place])
        return values

    def _value(self, bind: Bind) -> Any:
        raw = self._packets.chunks()
        if raw is None:
            return None
        if bind.kind == NUMBER:
            value = number_value(raw)
            return value if isinstance(value, int) and abs(value) < WIDEST else float(value)
        if bind.kind in TEXTS:
            # the empty text is NULL
            return raw.decode("utf-16-be" if bind.form == UTF16_FORM else "utf-8") or None
        if bind.kind in DATES:
            return date_text(raw)
        return _other(bind.kind, raw)


def _other(kind: int, raw: bytes) -> bytes | float:
    if kind == RAW:
        return raw
    if kind == BINARY_DOUBLE:
        return double_value(raw)
    raise OracleError(932, f"inconsistent datatypes: bind type {kind} is not known here")


def _returned(sql: str) -> int:
    found = re.search(r"\bRETURNING\b.*\bINTO\b(.*)$", sql, re.IGNORECASE | re.DOTALL)
    return found[1].count(":") if found else 0
