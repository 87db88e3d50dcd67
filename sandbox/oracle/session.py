"""One client: call after call until it leaves."""

import re
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import tzinfo
from itertools import islice
from typing import TYPE_CHECKING, Any

from sandbox.oracle import changes, greeting, queries, replies
from sandbox.oracle.calls import COLLECTS_ERRORS, COMMITS, FETCHES, PARSED, Call, Cursor, Reader
from sandbox.oracle.encoding import Writer
from sandbox.oracle.errors import ERRORS_IN_ARRAY, Dropped, OracleError, of_sqlite
from sandbox.oracle.packets import Packets
from sandbox.oracle.statement import Statement
from sandbox.oracle.transaction import Transaction

if TYPE_CHECKING:
    from sandbox.oracle.server import OracleServer

KEPT_ROWS = 3
_SLEEP = re.compile(r"DBMS_(?:SESSION|LOCK)\.SLEEP\s*\(\s*([\d.]+)", re.IGNORECASE)
_NULL_BLOCK = re.compile(r"BEGIN\s+NULL\s*;\s*END\s*;", re.IGNORECASE)
SLEEP_STEP = 0.02


class Session(threading.Thread):
    """A client's session, in a thread of its own."""

    def __init__(self, server: "OracleServer", connection: socket.socket, number: int) -> None:
        super().__init__(daemon=True, name=f"oracle-{number}")
        self.server, self.number = server, number
        self.packets = Packets(connection)
        self.reader = Reader(self.packets)
        self.transaction: Transaction | None = None
        self.zone: tzinfo | None = None

    def run(self) -> None:
        """Serve until the client leaves or a fault ends the session."""
        try:
            self._begin()
            while True:
                self._serve()
        except (ConnectionError, Dropped, OSError):
            pass
        finally:
            self.close()

    def close(self) -> None:
        """Undo what was not committed, let go of the rows, close."""
        self.server.sessions.discard(self)
        self.packets.close()
        if self.transaction is not None:
            self.transaction.close()

    def _begin(self) -> None:
        greeting.greet(self.packets, self.server)
        self.zone = greeting.log_on(self.packets, self.server.users, self.number, self.server.grace)
        look = self.packets.look_for_break
        self.transaction = Transaction(self.server.database, self.server.lock_wait, look, self.zone)

    # Calls

    def _serve(self) -> None:
        cursor: Cursor | None = None
        try:
            call = self.reader.call()
            cursor = call.cursor
            self.server.faults.meet(call.name, self)
            self._calls()[call.name](call)
        except OracleError as error:
            self._fail(error)
        except sqlite3.Error as error:
            sql = cursor.statement.sql if cursor and cursor.statement else ""
            self._fail(of_sqlite(error, sql))

    def _calls(self) -> dict[str, Callable[[Call], object]]:
        return {
            "execute": self._execute,
            "reexecute": self._execute,
            "fetch": self._fetch,
            "commit": self._commit,
            "rollback": self._rollback,
            "ping": lambda _: self._done(),
            "logoff": self._leave,
        }

    @property
    def _open(self) -> Transaction:
        if self.transaction is None:
            raise ConnectionError
        return self.transaction

    def _commit(self, _call: Call) -> None:
        self._log("commit")
        self._open.commit()
        self.server.faults.meet("commit:after", self)
        self._done()

    def _rollback(self, _call: Call) -> None:
        self._log("rollback")
        self._open.rollback()
        self._done()

    def _leave(self, _call: Call) -> None:
        self._open.rollback()
        self._done()
        raise ConnectionError

    def _execute(self, call: Call) -> None:
        cursor = call.cursor
        if cursor is None:
            raise OracleError(1001, "invalid cursor")
        if cursor.fault is not None or cursor.statement is None:
            raise cursor.fault or OracleError(900, "invalid SQL statement")
        if cursor.statement.is_block:
            self._run_block(cursor, cursor.statement)
        elif cursor.statement.is_query:
            self._query(call, cursor, cursor.statement)
        elif cursor.statement.is_change:
            self._change(call, cursor, cursor.statement)
        else:
            self._define(cursor, cursor.statement)

    def _define(self, cursor: Cursor, statement: Statement) -> None:
        """Run DDL, which commits."""
        self._log("ddl", statement.source)
        with self.server.database.ddl_lock:
            self._open.commit()
            self.server.database.define(self._open.connection, statement.source)
        self._done(cursor)

    def _run_block(self, cursor: Cursor, statement: Statement) -> None:
        self._log("plsql", statement.source)
        if found := _SLEEP.search(statement.source):
            ends = time.monotonic() + float(found[1])
            while time.monotonic() < ends:
                time.sleep(SLEEP_STEP)
                self.packets.look_for_break()
        elif not _NULL_BLOCK.match(statement.source):
            raise OracleError(6550, "PL/SQL is not run here")
        self._done(cursor)

    def _query(self, call: Call, cursor: Cursor, statement: Statement) -> None:
        values = _named(call.rows[0]) if call.rows else {}
        self._log("query", statement.source, list(values.values()))
        first = cursor.columns is None
        cursor.columns = queries.describe(self._open, statement, values)
        cursor.rows, cursor.fetched = queries.read(self._open, statement, values), 0
        out = Writer()
        if call.options & PARSED or first:
            replies.columns(out, cursor.columns)
        self._give(out, cursor, call.fetch if call.options & FETCHES else 0)

    def _fetch(self, call: Call) -> None:
        if call.cursor is None or call.cursor.rows is None:
            raise OracleError(1001, "invalid cursor")
        self._give(Writer(), call.cursor, call.fetch)

    def _give(self, out: Writer, cursor: Cursor, wanted: int) -> None:
        found = list(islice(cursor.rows, wanted))
        replies.rows(out, cursor.columns or [], found, wanted)
        cursor.fetched += len(found)
        number, text = replies.no_more(done=len(found) < wanted)
        self._send(replies.end(out, cursor=cursor, number=number, text=text, count=cursor.fetched, **self._state))

    def _change(self, call: Call, cursor: Cursor, statement: Statement) -> None:
        self._log("dml", statement.source, call.rows[:KEPT_ROWS])
        out, counts = Writer(), list[int]()
        errors: list[tuple[int, OracleError]] = []
        for place, row in enumerate(call.rows or [[]] * call.times):
            try:
                count, found = changes.change(self._open, statement, _named(row))
            except (OracleError, sqlite3.Error) as error:
                fault = error if isinstance(error, OracleError) else of_sqlite(error, statement.sql)
                if not call.options & COLLECTS_ERRORS:
                    fault.rowcount = sum(counts)
                    raise fault from None
                errors.append((place, fault))
                counts.append(0)
                continue
            counts.append(count)
            if statement.returns:
                replies.returned(out, cursor, found)
        self._end_change(call, out, cursor, counts, errors)

    def _end_change(self, call: Call, out: Writer, cursor: Cursor, counts: list[int], errors: replies.Batch) -> None:
        if call.options & COMMITS:
            self._open.commit()
        self.server.faults.meet("dml:after", self)
        if call.counts:
            replies.counts(out, counts)
        number, text = (ERRORS_IN_ARRAY, "ORA-24381: error(s) in array DML") if errors else (0, "")
        self._send(
            replies.end(out, cursor=cursor, number=number, text=text, count=sum(counts), batch=errors, **self._state)
        )

    # Answers

    @property
    def _state(self) -> dict[str, Any]:
        return {"in_transaction": self.transaction is not None and self.transaction.open}

    def _done(self, cursor: Cursor | None = None) -> None:
        self._send(replies.end(Writer(), cursor=cursor, **self._state))

    def _fail(self, error: OracleError) -> None:
        self._send(replies.end(Writer(), number=error.number, text=str(error), count=error.rowcount, **self._state))

    def _send(self, content: Writer) -> None:
        self.packets.send_data(content)

    def _log(self, kind: str, sql: str = "", binds: object = None) -> None:
        self.server.log.append((self.number, kind, sql, binds))


def _named(row: list[Any]) -> dict[str, Any]:
    return {f"p{place}": value for place, value in enumerate(row)}
