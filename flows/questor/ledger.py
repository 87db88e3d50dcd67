"""A sender's side of the database: in each turn it writes outcomes, asks what it may do, and claims more.

It runs on the pump's thread, one turn at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from claims.lease import lease_seconds, may_begin
from core.clock import Clock
from core.settings.questor import ContaQuestor
from events import record_event
from events.catalog import EnvioQuestorParado
from flows.questor import window
from flows.questor.account import Seat, Standing
from flows.questor.lots import count_accepted
from flows.questor.pace import Sample
from flows.questor.rows import PENDING, Arquivo, Outcome
from storage.models.questor import Estado, QuestorLote
from storage.session import transaction

WORK_SECONDS = 45.0


@dataclass(frozen=True)
class Plan:
    """What a turn has to do; `extra` are outcomes that needed no request, `room` is how many files to claim.

    `itens` is what was learned of the size of requests, none if nothing was.
    """

    outcomes: Sequence[Outcome]
    extra: Sequence[Outcome]
    samples: Sequence[Sample]
    in_flight: int
    itens: int | None
    room: int


@dataclass(frozen=True)
class Taken:
    """What a turn came to; `closed`: the window closed, or somebody paused or removed the lot.

    `lost`: somebody else has rows by now that this sender had in hand.
    """

    plan: Plan
    rows: Sequence[Arquivo]
    standing: Standing
    written: Sequence[Estado]
    closed: bool
    now: datetime

    @property
    def lost(self) -> bool:
        return len(self.written) < len(self.plan.outcomes) + len(self.plan.extra)


class Ledger:
    """The files of one lot, and a place among the senders of its account."""

    def __init__(self, lote: QuestorLote, conta: ContaQuestor, token: str, clock: Clock) -> None:
        self._lote, self._conta, self._token, self._clock = lote, conta, token, clock
        self._seat = Seat(lote.conta, conta.max_concurrency, token)
        self._lease = lease_seconds(conta.total_timeout, WORK_SECONDS)
        self._first_ends = clock.now() + timedelta(seconds=self._lease)

    def may_begin(self) -> bool:
        """Tell whether a request surely ends before any lease of this sender does.

        It always does, but on a machine that was suspended: it has not lived through that time, its leases have.
        """
        return may_begin(self._clock.now(), self._conta.total_timeout, self._first_ends)

    def turn(self, plan: Plan) -> Taken:
        """Write and claim in one transaction."""
        now = self._clock.now()
        with transaction() as db:
            standing = self._seat.turn(db, plan.samples, plan.in_flight, plan.itens, now)
            if standing.just_opened:
                self._tell_away(db)
            written = self._settle(db, [*plan.outcomes, *plan.extra], now)
            closed = self._closed(db, now)
            rows = self._claim(db, plan.room, now) if plan.room and not closed else ()
        return Taken(plan, rows, standing, written, closed, now)

    def _claim(self, db: Session, room: int, now: datetime) -> Sequence[Arquivo]:
        mine = PENDING.on(db, PENDING.table.c.lote_id == self._lote.id)
        return mine.claim(room, now, self._lease, self._token)

    def _settle(self, db: Session, outcomes: Sequence[Outcome], now: datetime) -> list[Estado]:
        """Write outcomes; return the states of those whose rows were still held, and count what was accepted."""
        held = PENDING.on(db).settle(self._token, outcomes)
        written = [one.estado for one in outcomes if one.id in held]
        count_accepted(db, self._lote.id, written.count(Estado.ENVIADO), now)
        return written

    def _closed(self, db: Session, now: datetime) -> bool:
        lote = db.get(QuestorLote, self._lote.id, populate_existing=True)
        away = lote is None or lote.pausado_em is not None or lote.parado_em is not None
        return away or window.opens_at(self._conta, now) is not None

    def _tell_away(self, db: Session) -> None:
        """Tell once that the server is away; the sending goes on by itself when it is back."""
        motivo = "o Questor não está respondendo"
        said = f"O envio ao Questor esperou: {motivo}. Volta a tentar sozinho, cada vez mais devagar."
        told = EnvioQuestorParado(conta=self._lote.conta, lotes=[self._lote.nome], motivo=motivo, mensagem=said)
        record_event(db, told)

    def give_back(self, outcomes: Sequence[Outcome], untouched: Sequence[int]) -> list[Estado]:
        """Write the last outcomes, let go of what was not touched and of the place; return what was written."""
        now = self._clock.now()
        with transaction() as db:
            written = self._settle(db, outcomes, now)
            PENDING.on(db).give_back(self._token, untouched, now)
            self._seat.leave(db, now)
        return written
