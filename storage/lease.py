"""The one claim, settle, release protocol of all owed work.

A row is claimable when its `due_at` has come. Claiming writes a token and pushes `due_at` to the end of the lease, in
one statement; whoever lost its lease changes nothing any more, because every later write is guarded by the token.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, TextClause, bindparam, or_, select, update
from sqlalchemy.orm import Session

from storage import owner


class Lease:
    """The protocol over one table with the columns `id`, `due_at` and `lease_token`.

    `ready` says which rows may be claimed besides being due; `claimed` and `released` are values written with it.
    """

    def __init__(
        self,
        table: Table,
        ready: ColumnElement[bool] | TextClause | None = None,
        claimed: Mapping[str, Any] | None = None,
        released: Mapping[str, Any] | None = None,
    ) -> None:
        self.table = table
        self.ready = () if ready is None else (ready,)
        self.claimed = dict(claimed or {})
        self.released = dict(released or {})

    def due(self, now: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
        """Return the conditions under which a row may be claimed."""
        return (self.table.c.due_at <= now, *self.ready)

    def claim(
        self,
        db: Session,
        now: datetime,
        seconds: float,
        limit: int,
        *where: ColumnElement[bool],
        token: str,
        early: bool = False,
    ) -> Sequence[Row[Any]]:
        """Lease at most `limit` due rows for that long, the longest due first; return them whole.

        With `early` also rows that nobody holds and that are not due yet.
        """
        table = self.table
        claimable = (or_(table.c.due_at <= now, table.c.lease_token.is_(None)), *self.ready) if early else self.due(now)
        # `due_at` is read in the same order as the index; rivals on PostgreSQL skip each other's rows.
        chosen = (
            select(table.c.id)
            .where(*claimable, *where)
            .order_by(table.c.due_at, table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("chosen")
            # Without this PostgreSQL may run the query again for each row, and so pass the limit.
            .prefix_with("MATERIALIZED", dialect="postgresql")
        )
        statement = (
            update(table)
            .where(table.c.id.in_(select(chosen.c.id)), *claimable)
            .values(lease_token=token, due_at=now + timedelta(seconds=seconds), **self.claimed)
            .returning(*table.c)
        )
        return sorted(db.execute(statement).all(), key=lambda row: row.id)

    def settle(self, db: Session, token: str, outcomes: Sequence[Mapping[str, Any]]) -> None:
        """Write the outcome of each held row (`id`, `due_at` and columns) and let go of it.

        All mappings have the same keys. A row whose lease was lost is left alone.
        """
        if not outcomes:
            return
        table = self.table
        columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in outcomes[0] if name != "id"}
        statement = (
            update(table)
            .where(table.c.id == bindparam("row_id"), table.c.lease_token == token)
            .values(lease_token=None, **columns)
        )
        rows = [{"row_id" if key == "id" else f"new_{key}": value for key, value in o.items()} for o in outcomes]
        db.connection().execute(statement, rows)

    def release(self, db: Session, token: str, now: datetime, ids: Sequence[int] | None = None) -> int:
        """Give held rows back, due at once; return how many."""
        held = [self.table.c.lease_token == token]
        if ids is not None:
            held.append(self.table.c.id.in_(ids))
        statement = update(self.table).where(*held).values(lease_token=None, due_at=now, **self.released)
        return int(db.execute(statement).rowcount)  # type: ignore[attr-defined]

    def renew(self, db: Session, token: str, now: datetime, seconds: float) -> int:
        """Hold on for that much longer; return how many rows are still held."""
        until = now + timedelta(seconds=seconds)
        held = update(self.table).where(self.table.c.lease_token == token).values(due_at=until)
        return int(db.execute(held).rowcount)  # type: ignore[attr-defined]

    def orphans(self, db: Session) -> list[str]:
        """Return the tokens held by dead processes of this machine; releasing them waits for no lease to end."""
        column = self.table.c.lease_token
        mine = column.startswith(owner.host() + owner.SEPARATOR, autoescape=True)
        tokens = db.scalars(select(column).where(column.is_not(None), mine).distinct())
        return [token for token in tokens if owner.is_dead(token)]
