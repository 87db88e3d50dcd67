"""One account as all its senders share it: how many requests each may have in flight, and what the server is like."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from flows.questor.pace import Batch, Pace, Seen, share
from storage import owner
from storage.models import QuestorConta, QuestorRemetente

MEMBER_SECONDS = 30.0
HEALTHY = timedelta(minutes=5)
_PACE = tuple(field.name for field in fields(Pace))


class Seat:
    """A sender's place among those of its account."""

    def __init__(self, conta: str, ceiling: int, batch: Batch, token: str) -> None:
        self.conta, self.ceiling, self.batch, self.token = conta, ceiling, batch, token
        self._items_known = batch.items
        self.pace = Pace()
        self.just_opened = self.healthy = False

    def turn(self, db: Session, seen: Sequence[Seen], in_flight: int, now: datetime) -> int:
        """Tell what the requests came to; return how many may be in flight from now on, none while the breaker is open.

        Those still under way count as held, so that nobody else takes their place before they end.
        The account's row is locked first, so that senders take their turns one after the other.
        """
        row = _locked(db, self.conta)
        before = Pace(**{name: getattr(row, name) for name in _PACE})
        self.pace = before.after(seen, self.ceiling, now)
        self.just_opened = self.pace.open(now) and not before.probing
        for name, value in asdict(self.pace).items():
            setattr(row, name, value)
        if any(not one.overload for one in seen):
            row.sucesso_em = now
        self.healthy = row.sucesso_em is not None and now - row.sucesso_em < HEALTHY
        self._share_items(row)
        db.flush()
        return self._take(db, in_flight, now)

    def _share_items(self, row: QuestorConta) -> None:
        """Tell what this sender learned of the size of requests, else learn it from the others."""
        if self.batch.items != self._items_known:
            row.itens = self.batch.items
        self.batch.items = self._items_known = min(row.itens, self.batch.limit)

    def leave(self, db: Session) -> None:
        """Give the place back."""
        db.execute(delete(QuestorRemetente).where(QuestorRemetente.lease_token == self.token))

    def _take(self, db: Session, in_flight: int, now: datetime) -> int:
        others = _others(db, self.conta, self.token, now)
        mine = db.scalar(select(QuestorRemetente.id).where(QuestorRemetente.lease_token == self.token))
        rank = sum(1 for number, _ in others if mine is not None and number < mine) if mine else len(others)
        held = self._allowed([vagas for _, vagas in others], rank, now)
        values = {"vagas": max(held, in_flight), "due_at": now + timedelta(seconds=MEMBER_SECONDS)}
        if mine is None:
            db.execute(insert(QuestorRemetente).values(conta=self.conta, lease_token=self.token, **values))
        else:
            db.execute(update(QuestorRemetente).where(QuestorRemetente.id == mine).values(**values))
        return held

    def _allowed(self, others: list[int], rank: int, now: datetime) -> int:
        if self.pace.open(now):
            return 0
        if self.pace.probing:
            return int(sum(others) == 0)
        return share(min(self.pace.limite, self.ceiling), others, rank)


def _locked(db: Session, conta: str) -> QuestorConta:
    query = select(QuestorConta).where(QuestorConta.conta == conta).with_for_update()
    row = db.scalar(query)
    if row is None:
        from sqlalchemy.dialects import postgresql, sqlite

        dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
        made = dialect.insert(QuestorConta).values(conta=conta, limite=Pace().limite, falhas=0, espera=0, itens=1)
        db.execute(made.on_conflict_do_nothing())
        row = db.scalars(query).one()
    return row


def _others(db: Session, conta: str, token: str, now: datetime) -> list[tuple[int, int]]:
    """Return (number, requests in flight) of the other senders, and clear away the gone."""
    rows = db.scalars(
        select(QuestorRemetente)
        .where(QuestorRemetente.conta == conta, QuestorRemetente.lease_token != token)
        .order_by(QuestorRemetente.id)
    ).all()
    gone = [row.id for row in rows if _is_gone(row, now)]
    if gone:
        db.execute(delete(QuestorRemetente).where(QuestorRemetente.id.in_(gone)))
    return [(row.id, row.vagas) for row in rows if row.id not in gone]


def _is_gone(row: QuestorRemetente, now: datetime) -> bool:
    return row.due_at < now or owner.is_dead(row.lease_token or "")


def at_work(db: Session, conta: str, now: datetime) -> int:
    """Return how many senders an account has."""
    rows = db.scalars(select(QuestorRemetente).where(QuestorRemetente.conta == conta))
    return sum(not _is_gone(row, now) for row in rows)


def pace_of(db: Session, conta: str) -> Pace:
    """Return what is known of an account's server."""
    row = db.get(QuestorConta, conta)
    return Pace(**{name: getattr(row, name) for name in _PACE}) if row else Pace()
