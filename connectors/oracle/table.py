"""A queue table as a home of claims: its rows say who holds them and until when, by the clock of its own server."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, literal, literal_column, select, update
from sqlalchemy.sql.dml import Update

from connectors.oracle.layout import ERROR_BYTES, NTFY_BYTES, TOKEN_LENGTH, WORKER_BYTES, Layout, cut
from connectors.oracle.moments import moment, today
from connectors.oracle.orders import Number, Order, Status, Told
from connectors.oracle.reading import among, columns, in_state, number, orders_of
from connectors.oracle.unlocked import change
from core.clock import SYSTEM, Clock

AGAIN = "reservada {attempts} vezes sem terminar"
At = Callable[[float], ColumnElement[Any]]


def seal(token: str) -> str:
    """Return what the table keeps of a token."""
    return sha256(token.encode()).hexdigest()[:TOKEN_LENGTH]


class QueueTable:
    """A table with the columns of a lease. `at` gives the server's instant so many seconds from now.

    `is_dead` tells of a token of this host whether its process is gone; `host` is the name of this host in tokens.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        lease: float,
        most: int,
        ordered: bool,
        is_dead: Callable[[str], bool],
        clock: Clock = SYSTEM,
        at: At = moment,
    ) -> None:
        self.layout, self.table = layout, layout.table
        self.lease, self.most, self.ordered = lease, most, ordered
        self.is_dead, self.clock, self.at = is_dead, clock, at

    def on(self, connection: Connection) -> "BoundQueue":
        """Return the rows for one transaction."""
        return BoundQueue(self, connection)

    def due(self, dialect: str, read: Sequence[ColumnElement[Any]]) -> Select[Any]:
        """Return the query of the rows that may be claimed, in order."""
        table = self.table
        condition, order = in_state(table, Status.PENDENTE, dialect)
        wait = (table.c.next.is_(None)) | (table.c.next <= self.at(0))
        found = select(*read).where(condition, wait).order_by(order)
        return found.where(~self._older_open()) if self.ordered and "os" in self.layout.names else found

    def _older_open(self) -> ColumnElement[bool]:
        """Tell whether an older row of the same order is still open: it goes first."""
        older = self.table.alias("antes")
        states: tuple[ColumnElement[Any], ...] = (
            literal_column(f"'{Status.PENDENTE}'"),
            literal_column(f"'{Status.PROCESSANDO}'"),
        )
        mine = and_(older.c.os == self.table.c.os, older.c.id < self.table.c.id, older.c.status.in_(states))
        return exists(select(literal(1)).select_from(older).where(mine))


class BoundQueue:
    """The rows in one transaction of their own database; see `claims.protocol.Claims` for what each call does."""

    def __init__(self, home: QueueTable, connection: Connection) -> None:
        self.home, self.connection, self.table = home, connection, home.table

    def claim(self, limit: int, now: datetime, seconds: float, token: str) -> Sequence[Order]:
        """Take at most so many due rows for that long; rivals skip each other's.

        The published table has no key: of a number that is there twice both rows are taken, even beyond the limit.
        """
        self.expire()
        if self.connection.dialect.name == "oracle":
            return self._claim_of_oracle(limit, seconds, token)
        return self._claim_in_one(limit, seconds, token)

    def _claim_in_one(self, limit: int, seconds: float, token: str) -> list[Order]:
        dialect = self.connection.dialect.name
        due = self.home.due(dialect, [self.table.c.id]).limit(limit)
        if dialect == "postgresql":
            due = due.with_for_update(skip_locked=True, of=self.table)
        # Without MATERIALIZED PostgreSQL may run the query again for each row, and so pass its limit.
        chosen = due.cte("escolhidas").prefix_with("MATERIALIZED", dialect="postgresql")
        taken = self._taking(self.table.c.id.in_(select(chosen.c.id)), seconds, token)
        rows = self.connection.execute(taken.returning(*columns(self.home.layout)))
        return sorted(orders_of(rows, self.home.layout), key=lambda one: one.id)

    def _claim_of_oracle(self, limit: int, seconds: float, token: str) -> list[Order]:
        """Lock rows by fetching them, for Oracle knows no limit beside it; then take them."""
        layout = self.home.layout
        due = self.home.due("oracle", columns(layout)).with_for_update(skip_locked=True)
        fetched = {"stream_results": True, "max_row_buffer": limit}
        with self.connection.execute(due, execution_options=fetched) as found:
            orders = orders_of(found.fetchmany(limit), layout)
        if not orders:
            return []
        taken = self._taking(among(self.table.c.id, [one.id for one in orders], "oracle"), seconds, token)
        return orders if self.connection.execute(taken).rowcount == len(orders) else self.mine(token)

    def _taking(self, chosen: ColumnElement[bool], seconds: float, token: str) -> Update:
        table = self.table
        taken = {
            "status": Status.PROCESSANDO.value,
            "worker": cut(token.rpartition("|")[0], WORKER_BYTES),
            "token": seal(token),
            "leased": self.home.at(seconds - self.home.lease),
            "attempts": table.c.attempts + 1,
        }
        return update(table).where(chosen, table.c.status == Status.PENDENTE.value).values(taken)

    def expire(self) -> int:
        """Let go of rows whose lease has ended; one that was held too often without an end is in error.

        What another session has locked is let go of later: everybody who claims would wait for it.
        """
        table = self.table
        ended = (table.c.status == Status.PROCESSANDO.value, table.c.leased < self.home.at(-self.home.lease))
        worn = table.c.attempts >= self.home.most
        values: dict[str, Any] = {
            "status": case((worn, Status.ERRO.value), else_=Status.PENDENTE.value),
            **self._free(),
        }
        if "error" in self.home.layout.names:
            said = AGAIN.format(attempts=self.home.most)
            values["error"] = case((worn, said), else_=table.c.error)
        return len(change(self.connection, table, ended, values))

    def mine(self, token: str) -> list[Order]:
        """Return what a token holds: so an answer to a commit that was lost is known again."""
        held = (self.table.c.status == Status.PROCESSANDO.value, self.table.c.token == seal(token))
        query = select(*columns(self.home.layout)).where(*held).order_by(self.table.c.id)
        return orders_of(self.connection.execute(query), self.home.layout)

    def settle(self, token: str, outcomes: Sequence[Told]) -> set[Number]:
        """Write outcomes and let go of their rows; return those that were still held."""
        by_shape: dict[tuple[Any, ...], list[Number]] = {}
        for one in outcomes:
            due_at = one.due_at if one.status is Status.PENDENTE else None
            by_shape.setdefault((one.status, due_at, one.error, one.ntfy), []).append(one.id)
        held = set[Number]()
        for (status, due_at, error, ntfy), ids in by_shape.items():
            values = {"status": status.value, **self._told(due_at, error, ntfy), **self._free()}
            held |= self._write(token, ids, values)
        return held

    def hold(self, token: str, ids: Collection[Number], until: datetime) -> set[Number]:
        """Keep rows until then; return those that are still held."""
        seconds = (until - self.home.clock.now()).total_seconds()
        return self._write(token, ids, {"leased": self.home.at(seconds - self.home.lease)})

    def give_back(self, token: str, ids: Collection[Number], now: datetime) -> set[Number]:
        """Let go of rows with which nothing was done, due at once; return those that were still held."""
        return self._write(token, ids, self._untouched())

    def after_crash(self, now: datetime) -> int:
        """Let go of what dead processes of this host held, due at once; return how many rows."""
        table = self.table
        held = table.c.status == Status.PROCESSANDO.value
        workers = self.connection.scalars(select(table.c.worker).where(held, table.c.worker.is_not(None)).distinct())
        dead = [worker for worker in workers if self.home.is_dead(f"{worker}|")]
        if not dead:
            return 0
        return len(change(self.connection, table, (held, table.c.worker.in_(dead)), self._untouched()))

    def _write(self, token: str, ids: Collection[Number], values: dict[str, Any]) -> set[Number]:
        """Write values to rows that a token still holds and nobody else has locked; return their numbers."""
        if not ids:
            return set()
        table = self.table
        mine = (
            among(table.c.id, sorted(ids), self.connection.dialect.name),
            table.c.status == Status.PROCESSANDO.value,
            table.c.token == seal(token),
        )
        return {number(one) for one in change(self.connection, table, mine, values)}

    def _told(self, due_at: datetime | None, error: str | None, ntfy: str | None) -> dict[str, Any]:
        values: dict[str, Any] = {"error": cut(error, ERROR_BYTES), "ntfy": cut(ntfy, NTFY_BYTES)}
        if due_at is not None:
            values["next"] = self.home.at((due_at - self.home.clock.now()).total_seconds())
        else:
            values["processed"] = today()
        return {name: value for name, value in values.items() if name in self.home.layout.names}

    def _untouched(self) -> dict[str, Any]:
        return {"status": Status.PENDENTE.value, "attempts": self.table.c.attempts - 1, "next": None, **self._free()}

    def _free(self) -> dict[str, Any]:
        return {"worker": None, "token": None, "leased": None}
