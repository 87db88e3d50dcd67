"""One account as all its senders share it: what its server is like, and how many requests each may have in flight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from claims import holder
from claims.breaker import Breaker
from claims.limit import Limit
from flows.questor.pace import Pace, Rate, Sample, share
from flows.questor.rows import SEATS
from storage.models.questor import QuestorConta, QuestorRemetente
from storage.rows import add_missing

# A sender says that it is there at each of its turns, which come twice a second: whoever is silent for long is gone.
SEAT_SECONDS = 8.0


@dataclass(frozen=True)
class Standing:
    """Where a sender stands: its requests, the account's pace, and how many send."""

    allowed: int
    pace: Pace
    senders: int
    just_opened: bool
    itens: int


class Seat:
    """A sender's place among those of its account."""

    def __init__(self, conta: str, ceiling: int, token: str) -> None:
        self.conta, self.ceiling, self.token = conta, ceiling, token
        self._number: int | None = None

    def turn(
        self, db: Session, samples: Sequence[Sample], in_flight: int, itens: int | None, now: datetime
    ) -> Standing:
        """Tell what the requests came to; return how many may be in flight from now on, none while it must wait.

        `itens` is what this sender learned of the size of requests. The account's row is locked first, so that senders
        take their turns one after the other; requests under way count as held, so that nobody takes their place.
        """
        row = _locked(db, self.conta)
        before = _read(row).known(now)
        pace = before.after(samples, self.ceiling, now)
        _write(row, pace)
        if any(not one.overload for one in samples):
            row.sucesso_em = now
        if itens is not None:
            row.itens = itens
        db.flush()
        others = self._sit(db, now)
        rank = sum(number < (self._number or 0) for number, _ in others)
        allowed = _allowed(pace, self.ceiling, [vagas for _, vagas in others], rank, now)
        mine = update(QuestorRemetente).where(QuestorRemetente.id == self._number)
        db.execute(mine.values(vagas=max(allowed, in_flight)))
        just_opened = pace.open(now) and pace.probing and not before.probing
        return Standing(allowed, pace, len(others) + 1, just_opened, row.itens)

    def leave(self, db: Session, now: datetime) -> None:
        """Give the place back."""
        if self._number is not None:
            SEATS.on(db).give_back(self.token, [self._number], now)

    def _sit(self, db: Session, now: datetime) -> list[tuple[int, int]]:
        """Keep the place, or take one; return (number, requests in flight) of the others."""
        ends = now + timedelta(seconds=SEAT_SECONDS)
        if self._number is None or not SEATS.on(db).hold(self.token, [self._number], ends):
            self._number = self._taken(db, now)
        rows = db.execute(
            select(QuestorRemetente.id, QuestorRemetente.vagas)
            .where(*_held(self.conta, now))
            .order_by(QuestorRemetente.id)
        )
        return [(number, vagas) for number, vagas in rows if number != self._number]

    def _taken(self, db: Session, now: datetime) -> int:
        seats = SEATS.on(db, SEATS.table.c.conta == self.conta)
        if not (free := seats.claim(1, now, SEAT_SECONDS, self.token)):
            db.add(QuestorRemetente(conta=self.conta, due_at=now))
            db.flush()
            free = seats.claim(1, now, SEAT_SECONDS, self.token)
        return free[0].id


def _held(conta: str, now: datetime) -> list[ColumnElement[bool]]:
    return [QuestorRemetente.conta == conta, SEATS.held, ~SEATS.overdue(now)]


def _allowed(pace: Pace, ceiling: int, others: list[int], rank: int, now: datetime) -> int:
    if pace.open(now):
        return 0
    if pace.probing:
        return int(sum(others) == 0)
    return share(min(pace.limit.value, ceiling), others, rank)


def _locked(db: Session, conta: str) -> QuestorConta:
    query = (
        select(QuestorConta)
        .where(QuestorConta.conta == conta)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if (row := db.scalar(query)) is None:
        new = {"conta": conta, "limite": Limit().value, "falhas": 0, "espera": 0, "itens": 1}
        add_missing(db, QuestorConta, [new])
        row = db.scalars(query).one()
    return row


def _read(row: QuestorConta) -> Pace:
    limit = Limit(row.limite, row.base, row.suave, row.reduzido_em)
    return Pace(limit, Breaker(row.falhas, row.espera), Rate(row.taxa, row.taxa_em), row.aberto_ate)


def _write(row: QuestorConta, pace: Pace) -> None:
    limit, rate = pace.limit, pace.rate
    row.limite, row.base, row.suave, row.reduzido_em = limit.value, limit.quickest, limit.usual, limit.fell_at
    row.falhas, row.espera, row.aberto_ate = pace.breaker.failures, pace.breaker.wait, pace.aberto_ate
    row.taxa, row.taxa_em = rate.value, rate.fell_at


def at_work(db: Session, conta: str, now: datetime) -> int:
    """Return how many senders an account has."""
    return sum(not holder.is_dead(token) for token in SEATS.holders(db, *_held(conta, now)))


def pace_of(db: Session, conta: str) -> Pace:
    """Return what is known of an account's server."""
    row = db.get(QuestorConta, conta)
    return _read(row) if row else Pace()
