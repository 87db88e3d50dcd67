"""The rows, in an SQLite file, with a catalogue and row locks as Oracle has them."""

import hashlib
import re
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from sandbox.oracle.columns import Table, table_of
from sandbox.oracle.encoding import instant_text, wall_text
from sandbox.oracle.errors import OracleError, no_table
from sandbox.oracle.text import unowned

OWNER = "HSM"
UNITS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86_400}
CONTEXT = {"current_schema": OWNER, "session_user": OWNER, "con_name": "XEPDB1"}
LOOK_SECONDS = 0.05
_CREATE = re.compile(r"CREATE\s+TABLE\s+([\w.\"]+)\s*\((.*)\)[^()]*$", re.IGNORECASE | re.DOTALL)
_INDEX = re.compile(r"CREATE\s+(UNIQUE\s+)?INDEX", re.IGNORECASE)
_DROP = re.compile(r"DROP\s+TABLE\s+([\w.\"]+)", re.IGNORECASE)
_TRUNCATE = re.compile(r"TRUNCATE\s+TABLE\s+(\w+)", re.IGNORECASE)
_ADD = re.compile(r"ALTER\s+TABLE\s+([\w.\"]+)\s+ADD\s*\((.*)\)\s*$", re.IGNORECASE | re.DOTALL)
_NOTHING = re.compile(r"ALTER\s+SESSION|COMMENT\s+ON|GRANT|CREATE\s+(OR\s+REPLACE\s+)?TRIGGER", re.IGNORECASE)
_CATALOGUE = """
CREATE TABLE IF NOT EXISTS dual (dummy TEXT);
CREATE TABLE IF NOT EXISTS all_tables
  (owner TEXT, table_name TEXT, tablespace_name TEXT, iot_name TEXT, duration TEXT, nested TEXT);
CREATE TABLE IF NOT EXISTS all_views (owner TEXT, view_name TEXT);
CREATE TABLE IF NOT EXISTS all_mviews (owner TEXT, mview_name TEXT);
CREATE VIEW IF NOT EXISTS user_tables AS SELECT * FROM all_tables;
"""
Key = tuple[str, int]


def system_now() -> datetime:
    """Return the server's wall clock."""
    return datetime.now().astimezone()


class RowLocks:
    """Who holds which row; a row is held until its session's transaction ends."""

    def __init__(self) -> None:
        self._holders: dict[Key, object] = {}
        self._changed = threading.Condition()

    def held_by_another(self, key: Key, session: object) -> bool:
        """Tell whether another session holds a row."""
        return self._holders.get(key, session) is not session

    def take(self, key: Key, session: object, seconds: float, look: Callable[[], object]) -> bool:
        """Wait at most that long for a row; `look` is called again and again and may raise."""
        ends = time.monotonic() + seconds
        with self._changed:
            while self.held_by_another(key, session):
                left = ends - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, LOOK_SECONDS))
                look()
            self._holders[key] = session
            return True

    def release(self, *keys: Key) -> None:
        """Let go of rows."""
        with self._changed:
            for key in keys:
                self._holders.pop(key, None)
            self._changed.notify_all()


class Database:
    """What all sessions share. `now` is the server's clock, aware; tests may set it."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or Path(tempfile.mkdtemp(prefix="oracle-")) / "oracle.db"
        self.now: Callable[[], datetime] = system_now
        self.tables: dict[str, Table] = {}
        self.locks = RowLocks()
        self.ddl_lock = threading.Lock()
        connection = self.connect()
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(_CATALOGUE)
        connection.execute("INSERT INTO dual SELECT 'X' WHERE NOT EXISTS (SELECT 1 FROM dual)")
        connection.close()

    def connect(self, zone: tzinfo | None = None) -> sqlite3.Connection:
        """Open a connection that knows Oracle's functions; `zone` is that of the session."""

        def here() -> datetime:
            return self.now().astimezone(zone).replace(tzinfo=None)

        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=0.2)
        connection.execute("PRAGMA synchronous=OFF")
        functions: tuple[tuple[str, int, Callable[..., str | float | None]], ...] = (
            ("ora_systs", 0, lambda: instant_text(self._wall())),
            ("ora_sysdate", 0, lambda: instant_text(self._wall(), fraction=False)),
            ("ora_sests", 0, lambda: instant_text(here())),
            ("ora_sesdate", 0, lambda: instant_text(here(), fraction=False)),
            ("ora_utc", 0, lambda: instant_text(self.now().astimezone(UTC).replace(tzinfo=None))),
            ("ora_dsint", 2, lambda amount, unit: float(amount) * UNITS[unit.upper()]),
            ("ora_dtadd", 3, _moved),
            ("ora_wall", 1, lambda value: None if value is None else wall_text(value)),
            ("ora_ctx", 2, lambda _, name: CONTEXT.get(name.lower())),
            ("to_char", 1, lambda value: None if value is None else str(value)),
            ("chr", 1, chr),
            (
                "standard_hash",
                2,
                lambda value, kind: hashlib.new(kind.lower(), str(value).encode()).hexdigest().upper(),
            ),
        )
        for name, count, function in functions:
            connection.create_function(name, count, function)
        return connection

    def _wall(self) -> datetime:
        return self.now().replace(tzinfo=None)

    def table(self, name: str) -> Table:
        """Return a table, or raise ORA-00942."""
        found = self.tables.get(name)
        if found is None:
            raise no_table()
        return found

    def define(self, connection: sqlite3.Connection, sql: str) -> None:
        """Run a statement of DDL."""
        said = sql.strip().rstrip("/").rstrip()
        for pattern, run in self._definitions():
            if found := pattern.match(said):
                run(connection, found)
                return
        connection.execute(said)

    def _definitions(self) -> tuple[tuple[re.Pattern[str], Callable[[sqlite3.Connection, re.Match[str]], object]], ...]:
        return (
            (_CREATE, self._create),
            (_INDEX, _index),
            (_DROP, self._drop),
            (_TRUNCATE, lambda connection, found: connection.execute(f'DELETE FROM "{found[1].upper()}"')),
            (_ADD, self._add),
            (_NOTHING, lambda *_: None),
        )

    def _create(self, connection: sqlite3.Connection, found: re.Match[str]) -> None:
        table = table_of(found[1], found[2])
        if table.name in self.tables:
            raise OracleError(955, "name is already used by an existing object")
        connection.execute(table.sql)
        self.tables[table.name] = table
        connection.execute("INSERT INTO all_tables VALUES (?, ?, 'USERS', NULL, NULL, 'NO')", (OWNER, table.name))

    def _add(self, connection: sqlite3.Connection, found: re.Match[str]) -> None:
        before, more = self.table(unowned(found[1])), table_of(found[1], found[2])
        for line in more.lines:
            connection.execute(f'ALTER TABLE "{before.name}" ADD COLUMN {line}')
        self.tables[before.name] = Table(before.name, before.columns | more.columns, before.lines + more.lines)

    def _drop(self, connection: sqlite3.Connection, found: re.Match[str]) -> None:
        table = self.table(unowned(found[1]))
        connection.execute(f'DROP TABLE "{table.name}"')
        connection.execute("DELETE FROM all_tables WHERE table_name = ?", (table.name,))
        del self.tables[table.name]


def _index(connection: sqlite3.Connection, found: re.Match[str]) -> None:
    said = re.sub(r"(\bON\s+)\w+\.", r"\1", found.string, flags=re.IGNORECASE)
    connection.execute(re.sub(r"\b(LOCAL|ONLINE|TABLESPACE\s+\w+)\b", "", said, flags=re.IGNORECASE))


def _moved(at: str | float | None, seconds: float | None, sign: str) -> str | float | None:
    """Return an instant (or a number of days) moved by seconds."""
    if at is None or seconds is None:
        return None
    by = seconds if sign == "+" else -seconds
    return instant_text(datetime.fromisoformat(at) + timedelta(seconds=by)) if isinstance(at, str) else at + by / 86_400
