"""A queue table as a home of claims: its rows say who holds them and until when, by the clock of its own server."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, literal, literal_column, select, update
from sqlalchemy.engine import Row

from connectors.oracle.layout import ERROR_BYTES, NTFY_BYTES, TOKEN_LENGTH, WORKER_BYTES, Layout, cut
from connectors.oracle.moments import moment, today
from connectors.oracle.orders import Order, Status, Told
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

    def pending(self, dialect: str) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
        """Return the condition of a pending row and the order of the queue, as the index of each database has them."""
        table = self.table
        if dialect != "oracle":
            return table.c.status == literal_column(f"'{Status.PENDENTE}'"), table.c.id
        # A NULL key is not stored: done rows leave the index, which is used only where this expression stands again.
        number = case((table.c.status == literal_column(f"'{Status.PENDENTE}'"), table.c.id))
        return number.is_not(None), number

    def due(self, dialect: str) -> Select[Any]:
        """Return the query of the rows that may be claimed, in order."""
        table = self.table
        condition, order = self.pending(dialect)
        wait = (table.c.next.is_(None)) | (table.c.next <= self.at(0))
        found = select(*columns(self.layout)).where(condition, wait).order_by(order)
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
        """Take at most so many due rows for that long; rivals skip each other's."""
        self.expire()
        dialect = self.connection.dialect.name
        query = self.home.due(dialect)
        if dialect != "sqlite":
            query = query.with_for_update(skip_locked=True, of=self.table if dialect == "postgresql" else None)
        if dialect != "oracle":
            query = query.limit(limit)
        # Oracle locks rows as they are fetched, and knows no limit beside it.
        options = {"stream_results": True, "max_row_buffer": limit} if dialect == "oracle" else {}
        with self.connection.execute(query, execution_options=options) as found:
            rows = found.fetchmany(limit)
        if rows and self._take([row.id for row in rows], seconds, token) != len(rows):
            # The table has no key: another row of a number was taken with it, and is told with it.
            return self.mine(token)
        return [order(row, self.home.layout) for row in rows]

    def _take(self, ids: list[int], seconds: float, token: str) -> int:
        table, worker = self.table, token.rpartition("|")[0]
        taken = {
            "status": Status.PROCESSANDO.value,
            "worker": cut(worker, WORKER_BYTES),
            "token": seal(token),
            "leased": self.home.at(seconds - self.home.lease),
            "attempts": table.c.attempts + 1,
        }
        mine = (table.c.id.in_(ids), table.c.status == Status.PENDENTE.value)
        return self.connection.execute(update(table).where(*mine).values(taken)).rowcount

    def expire(self) -> int:
        """Let go of rows whose lease has ended; one that was held too often without an end is in error."""
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
        return self.connection.execute(update(table).where(*ended).values(values)).rowcount

    def mine(self, token: str) -> list[Order]:
        """Return what a token holds: so an answer to a commit that was lost is known again."""
        held = (self.table.c.status == Status.PROCESSANDO.value, self.table.c.token == seal(token))
        query = select(*columns(self.home.layout)).where(*held).order_by(self.table.c.id)
        return [order(row, self.home.layout) for row in self.connection.execute(query)]

    def settle(self, token: str, outcomes: Sequence[Told]) -> set[int]:
        """Write outcomes and let go of their rows; return those that were still held."""
        held = self._held(token, [one.id for one in outcomes])
        by_shape: dict[tuple[Any, ...], list[int]] = {}
        for one in outcomes:
            if one.id in held:
                due_at = one.due_at if one.status is Status.PENDENTE else None
                by_shape.setdefault((one.status, due_at, one.error, one.ntfy), []).append(one.id)
        for (status, due_at, error, ntfy), ids in by_shape.items():
            self._write(ids, {"status": status.value, **self._told(due_at, error, ntfy), **self._free()})
        return held

    def hold(self, token: str, ids: Collection[int], until: datetime) -> set[int]:
        """Keep rows until then; return those that are still held."""
        held = self._held(token, ids)
        seconds = (until - self.home.clock.now()).total_seconds()
        self._write(sorted(held), {"leased": self.home.at(seconds - self.home.lease)})
        return held

    def give_back(self, token: str, ids: Collection[int], now: datetime) -> set[int]:
        """Let go of rows with which nothing was done, due at once; return those that were still held."""
        held = self._held(token, ids)
        self._write(sorted(held), self._untouched())
        return held

    def after_crash(self, now: datetime) -> int:
        """Let go of what dead processes of this host held, due at once; return how many rows."""
        table = self.table
        held = table.c.status == Status.PROCESSANDO.value
        workers = self.connection.scalars(select(table.c.worker).where(held, table.c.worker.is_not(None)).distinct())
        dead = [worker for worker in workers if self.home.is_dead(f"{worker}|")]
        if not dead:
            return 0
        lost = update(table).where(held, table.c.worker.in_(dead)).values(self._untouched())
        return self.connection.execute(lost).rowcount

    def _held(self, token: str, ids: Collection[int]) -> set[int]:
        """Return which of these rows a token still holds, locked until the end of the transaction."""
        if not ids:
            return set()
        held = (self.table.c.status == Status.PROCESSANDO.value, self.table.c.token == seal(token))
        query = select(self.table.c.id).where(self.table.c.id.in_(sorted(ids)), *held)
        if self.connection.dialect.name != "sqlite":
            query = query.with_for_update()
        return set(self.connection.scalars(query))

    def _write(self, ids: Sequence[int], values: dict[str, Any]) -> None:
        if ids:
            held = (self.table.c.id.in_(ids), self.table.c.status == Status.PROCESSANDO.value)
            self.connection.execute(update(self.table).where(*held).values(values))

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


def columns(layout: Layout) -> list[Any]:
    """Return the columns that are read of a row."""
    read = [name for name in ("id", "os", "message", "created", "attempts") if name in layout.names]
    return [layout.table.c[name] for name in (*read, *(f"x_{name}" for name in layout.extra))]


def order(row: Row[Any], layout: Layout) -> Order:
    """Return a row as the flow knows it; what the table lacks is empty."""
    found = dict(zip((column.key for column in columns(layout)), row, strict=True))
    found |= {name: found.get(other) for name, other in layout.same.items()}
    return Order(
        id=int(found["id"]),
        os=_text(found.get("os")),
        message=_text(found.get("message")),
        created=found.get("created"),
        attempts=int(found.get("attempts") or 0),
        extra={name: _text(found[f"x_{name}"]) for name in layout.extra},
        keyed="status" not in layout.names,
    )


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
