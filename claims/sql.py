"""Our own tables as a home of claims: rows with the columns `id`, `due_at` and `lease_token`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Generic, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    Select,
    Table,
    TextClause,
    Update,
    and_,
    bindparam,
    case,
    false,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from claims import holder
from claims.many import Many
from claims.protocol import Outcome, Row
from storage.direct import Direct, Prepared, direct
from storage.models.base import Base
from storage.rows import changed
from storage.sealed import as_stored

Condition = ColumnElement[bool] | TextClause
IDS = Many({"id": Column("id", BigInteger)}, "quais")


class SqlClaims(Generic[Row, Outcome]):
    """A table whose rows are owed work.

    `row` and `outcome` are dataclasses: the fields of the first are the columns that are read by a claim (as bytes
    where they are encrypted), those of the second the columns that a settlement writes. `ready` says which rows may be
    claimed besides being due; `claimed`, `given_back` and `crashed` are values written when a row is claimed, given
    back, or found with a dead holder.
    """

    def __init__(
        self,
        model: type[Base],
        row: type[Row],
        outcome: type[Outcome],
        *,
        ready: Condition | None = None,
        claimed: Mapping[str, Any] | None = None,
        given_back: Mapping[str, Any] | None = None,
        crashed: Mapping[str, Any] | None = None,
    ) -> None:
        self.table = cast("Table", model.__table__)
        self.row, self.outcome = row, outcome
        self.ready = () if ready is None else (ready,)
        self.claimed = dict(claimed or {})
        self.given_back = dict(given_back or {})
        self.crashed = dict(crashed or {})
        self.columns = [as_stored(self.table.c[field.name]) for field in fields(cast("Any", row))]
        self.written = [field.name for field in fields(cast("Any", outcome))]
        self.many = Many({name: self.table.c[name] for name in self.written})
        self._settles: dict[tuple[str, bool, bool], Prepared] = {}
        self._held: dict[tuple[str, bool, bool], Prepared] = {}

    def on(self, db: Session | Direct, *where: ColumnElement[bool], early: bool = False) -> "Bound[Row, Outcome]":
        """Return the rows for one transaction; `where` narrows what is claimed.

        With `early` rows that are not due yet are claimed too, if nobody holds them.
        """
        return Bound(self, db, where, early=early)

    @property
    def free(self) -> ColumnElement[bool]:
        """The condition that nobody holds a row."""
        return self.table.c.lease_token.is_(None)

    @property
    def held(self) -> ColumnElement[bool]:
        """The condition that somebody holds a row."""
        return self.table.c.lease_token.is_not(None)

    def held_by(self, parameter: str) -> ColumnElement[bool]:
        """Return the condition that the holder of this parameter's name has a row."""
        return self.table.c.lease_token == bindparam(parameter)

    def holders(self, db: Session, *where: ColumnElement[bool]) -> list[str]:
        """Return the holder of each of these rows that has one."""
        return list(db.scalars(select(self.table.c.lease_token).where(self.held, *where)))

    def due(self, now: datetime) -> tuple[Condition, ...]:
        """Return the conditions under which a row may be claimed."""
        return (self.overdue(now), *self.ready)

    def when(self, of: Any = None) -> ColumnElement[datetime]:
        """Return when a row is due, and while it is held when its lease ends; `of` is an alias of the table."""
        return cast("ColumnElement[datetime]", (self.table.c if of is None else of).due_at)

    def overdue(self, now: Any, of: Any = None) -> ColumnElement[bool]:
        """Return the condition that a row's time has come, whether or not it may be claimed."""
        return cast("ColumnElement[bool]", self.when(of) <= now)

    def first_due(self, db: Session, *where: Condition) -> datetime | None:
        """Return when the first of these rows may be claimed; None without any."""
        return db.scalar(select(func.min(self.when())).where(*self.ready, *where))

    def owing(self, at: Any, *where: Condition, **values: Any) -> Update:
        """Return the statement that makes rows without a holder due at that instant, with these values."""
        return update(self.table).where(self.free, *where).values(due_at=at, **values)

    def owe(self, db: Session, at: datetime, *where: Condition, **values: Any) -> int:
        """Make rows without a holder due at that instant, with these values; return how many."""
        return changed(db, self.owing(at, *where, **values))

    def take_away(self, db: Session, *where: Condition, **values: Any) -> int:
        """Write these values to rows even while they are held; the holder loses them. Return how many."""
        taken = update(self.table).where(*where).values(lease_token=None, **values)
        return changed(db, taken)

    def claiming(self, where: Sequence[ColumnElement[bool]], *, early: bool) -> Update:
        """Return the statement of a claim."""
        table = self.table
        # `due_at` is read in the same order as the index; rivals on PostgreSQL skip each other's rows, and the limit
        # counts what is left.
        chosen = (
            select(table.c.id)
            .where(self._due(early), *self.ready, *where)
            .order_by(table.c.due_at, table.c.id)
            .limit(bindparam("p_limit"))
        )
        return self.taking(chosen, early=early)

    def taking(self, chosen: Select[Any], *, early: bool = False, locked: bool = False, suffix: str = "") -> Update:
        """Return the statement that claims the chosen rows; `p_now` is a parameter of both.

        With a `suffix` its own names end with it, so that another claim may stand in the same statement.

        Unless the choice is `locked` already, its rows are, so that rivals pass them over; others may refer to them.
        """
        table = self.table
        if not locked:
            chosen = chosen.with_for_update(skip_locked=True, key_share=True, of=table)
        locked_rows = (
            chosen.cte(f"chosen{suffix}")
            # Without this PostgreSQL may run the query again for each row, and so pass the limit.
            .prefix_with("MATERIALIZED", dialect="postgresql")
        )
        until = bindparam(f"p_until{suffix}", type_=table.c.due_at.type)
        taken = {"lease_token": bindparam("p_token"), "due_at": until}
        return (
            update(table)
            .where(table.c.id.in_(select(locked_rows.c.id)), self._due(early), *self._ready_still)
            .values(**taken, **self.claimed)
            .returning(*self.columns)
        )

    @property
    def _ready_still(self) -> Sequence[ColumnElement[bool]]:
        """`ready` of rows that are known by their ids, in a form for which no database looks through an index."""
        return [func.coalesce(and_(*self.ready), false(), type_=Boolean)] if self.ready else ()

    def _due(self, early: bool) -> ColumnElement[bool]:
        table = self.table
        due = table.c.due_at <= bindparam("p_now", type_=table.c.due_at.type)
        return or_(due, self.free) if early else due

    def settling(self, dialect: str, *, keep: bool, single: bool) -> Prepared:
        """Return the statement of a settlement; with `keep` of one that lets go of nothing."""
        if (dialect, keep, single) not in self._settles:
            table, new = self.table, self.many.table(dialect, single=single)
            values: dict[str, Any] = {name: new.c[name] for name in self.written if name != "id"}
            if not keep:
                values["lease_token"] = null()
            # by the rows' numbers: over the index of tokens SQLite would go through all outcomes for each held row
            held = func.coalesce(table.c.lease_token, "") == bindparam("p_token")
            settled = update(table).where(table.c.id == new.c.id, held).values(**values).returning(table.c.id)
            self._settles[dialect, keep, single] = Prepared(settled)
        return self._settles[dialect, keep, single]

    def writing(self, new: FromClause, *, at: Any, keep: Any = None, **values: Any) -> Update:
        """Return the statement that writes these values to rows of `new` (their `id`) that are still held, and lets go
        of them, but for those for which `keep` is true; it may stand in a statement with others.
        """
        table = self.table
        token: Any = null() if keep is None else case((keep, table.c.lease_token))
        held = func.coalesce(table.c.lease_token, "") == bindparam("p_token")
        written = update(table).where(table.c.id == new.c.id, held)
        return written.values(due_at=at, lease_token=token, **values)

    def holding(self, dialect: str, *, keep: bool, single: bool) -> Prepared:
        """Return the statement that moves the time of held rows; without `keep` one that lets go of them."""
        if (dialect, keep, single) not in self._held:
            table, which = self.table, IDS.table(dialect, single=single)
            values: dict[str, Any] = {"due_at": bindparam("p_until", type_=table.c.due_at.type)}
            if not keep:
                values |= {"lease_token": null(), **self.given_back}
            held = func.coalesce(table.c.lease_token, "") == bindparam("p_token")
            moved = update(table).where(table.c.id == which.c.id, held).values(**values).returning(table.c.id)
            self._held[dialect, keep, single] = Prepared(moved)
        return self._held[dialect, keep, single]


class Bound(Generic[Row, Outcome]):
    """The rows of one table in one transaction; see `claims.protocol.Claims` for what each call does."""

    def __init__(
        self, home: SqlClaims[Row, Outcome], on: Session | Direct, where: Sequence[ColumnElement[bool]], *, early: bool
    ) -> None:
        self.home, self.where, self.early = home, where, early
        # Statements go past the session, at a fifth of the cost: what it has not written yet goes first.
        self.direct = direct(on)

    def claim(self, limit: int, now: datetime, seconds: float, token: str) -> Sequence[Row]:
        """Take at most so many due rows for that long, the longest due first; return them by their numbers."""
        values = self._taken(now, seconds, token, p_limit=limit)
        return self._rows(self.direct.connection.execute(self.home.claiming(self.where, early=self.early), values))

    def take(self, taking: Prepared, now: datetime, seconds: float, token: str, **values: Any) -> Sequence[Row]:
        """Take the rows that a statement of `SqlClaims.taking` chooses, with the values of its other parameters."""
        return self._rows(self.direct.run(taking, self._taken(now, seconds, token, **values)))

    def _taken(self, now: datetime, seconds: float, token: str, **values: Any) -> dict[str, Any]:
        return {"p_now": now, "p_token": token, "p_until": now + timedelta(seconds=seconds), **values}

    def _rows(self, found: Iterable[Any]) -> list[Row]:
        make = cast("Any", self.home.row)
        return sorted((make(*one) for one in found), key=lambda row: row.id)

    def settle(self, token: str, outcomes: Sequence[Outcome]) -> set[int]:
        """Write outcomes and let go of their rows; return those that were still held."""
        return self._write(token, outcomes, keep=False)

    def keep(self, token: str, outcomes: Sequence[Outcome]) -> set[int]:
        """Write outcomes and hold on to their rows until `due_at`; return those that are still held."""
        return self._write(token, outcomes, keep=True)

    def _write(self, token: str, outcomes: Sequence[Outcome], *, keep: bool) -> set[int]:
        if not outcomes:
            return set()
        home, dialect, single = self.home, self.direct.dialect, len(outcomes) == 1
        rows = [[getattr(one, name) for name in home.written] for one in outcomes]
        values = home.many.single(rows[0]) if single else home.many.values(rows, dialect)
        return self._ids(home.settling(dialect.name, keep=keep, single=single), {**values, "p_token": token})

    def hold(self, token: str, ids: Collection[int], until: datetime) -> set[int]:
        """Keep rows until then; return those that are still held."""
        return self._moved(token, ids, until, keep=True)

    def give_back(self, token: str, ids: Collection[int], now: datetime) -> set[int]:
        """Let go of rows with which nothing was done, due at once; return those that were still held."""
        return self._moved(token, ids, now, keep=False)

    def after_crash(self, now: datetime) -> int:
        """Let go of what dead processes of this host held, due at once; return how many rows."""
        tokens = self.orphans()
        if not tokens:
            return 0
        values = {"lease_token": None, "due_at": now, **self.home.crashed}
        lost = update(self.home.table).where(self.home.table.c.lease_token.in_(tokens)).values(**values)
        return changed(self.direct.db, lost)

    def orphans(self) -> list[str]:
        """Return the tokens of dead processes of this host, and of containers beside it that have ended."""
        held = self.home.table.c.lease_token
        known = or_(*(held.startswith(host + holder.SEPARATOR, autoescape=True) for host in sorted(holder.hosts())))
        tokens = self.direct.db.scalars(select(held).where(held.is_not(None), known).distinct())
        return [token for token in tokens if holder.is_dead(token)]

    def _moved(self, token: str, ids: Collection[int], until: datetime, *, keep: bool) -> set[int]:
        if not ids:
            return set()
        dialect, single = self.direct.dialect, len(ids) == 1
        rows = [(number,) for number in sorted(ids)]
        which = IDS.single(rows[0]) if single else IDS.values(rows, dialect)
        moving = self.home.holding(dialect.name, keep=keep, single=single)
        return self._ids(moving, {**which, "p_token": token, "p_until": until})

    def _ids(self, statement: Prepared, values: Mapping[str, Any]) -> set[int]:
        return {number for (number,) in self.direct.run(statement, values)}
