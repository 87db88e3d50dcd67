"""A sender's work for the pump: claim files of a lot, send them in groups, decide what each answer means.

Everything here runs on the event loop but `turn` and `give_back`, which run on the database's thread.
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from claims.lease import lease_seconds
from connectors.questor import Fault, Overloaded, Questor, TooLarge, Unreachable, Verdict
from core.clock import Clock
from core.errors import Misconfigured, Rejected, Transient
from core.logs import get_logger
from core.settings.questor import ContaQuestor
from events import record_event
from events.catalog import EnvioQuestorParado
from flows.questor import outcome, window
from flows.questor.account import Seat, Standing
from flows.questor.lots import count_accepted
from flows.questor.outcome import Item
from flows.questor.pace import Batch, Pacer, Seen
from flows.questor.reader import Read, Reader
from flows.questor.rows import PENDING, Arquivo, Outcome
from flows.questor.waiting import Group, Waiting
from storage.models import QuestorLote
from storage.models.questor import Estado
from storage.session import transaction

log = get_logger(__name__)
ROOM, BYTES = 500, 32 * 1024 * 1024
WORK_SECONDS = 45.0
TURN_SECONDS = 0.5
# A wait that is shorter is sat out; for a longer one the sender ends.
SHORT_SECONDS = 10.0
ACCEPTED_SECONDS = 5.0
# The status behind which a document of its own, a batch too large or the whole server may stand.
UNEXPLAINED, TOO_MANY = 500, 429


@dataclass
class Report:
    """What a sender did. `parado` is why the account was stopped, if it was."""

    enviados: int = 0
    recusados: int = 0
    desconhecidos: int = 0
    pedidos: int = 0
    mais: bool = False
    parado: str | None = None

    def count(self, estados: Sequence[Estado]) -> None:
        """Add outcomes that were written."""
        self.enviados += estados.count(Estado.ENVIADO)
        self.recusados += estados.count(Estado.RECUSADO)
        self.desconhecidos += estados.count(Estado.DESCONHECIDO)


@dataclass(frozen=True)
class Done:
    """What one request came to: outcomes to write, and what the account should know of it."""

    outcomes: tuple[Outcome, ...] = ()
    seen: Seen | None = None


@dataclass(frozen=True)
class Plan:
    """What a turn has to do; `extra` are outcomes that needed no request, `room` is how many files to claim."""

    outcomes: Sequence[Outcome]
    extra: Sequence[Outcome]
    seen: Sequence[Seen]
    in_flight: int
    itens: int | None
    room: int


@dataclass(frozen=True)
class Taken:
    """What a turn came to; `closed`: the window closed, or somebody paused or removed the lot."""

    plan: Plan
    rows: Sequence[Arquivo]
    standing: Standing
    written: Sequence[Estado]
    closed: bool
    now: datetime


@dataclass
class _Speed:
    """How fast this sender may be now, by clocks that never go back."""

    allowed: int = 0
    in_flight: int = 0
    senders: int = 1
    rate: float | None = None
    resume: float = 0.0
    next_turn: float = 0.0
    pacer: Pacer = field(default_factory=Pacer)
    accepted: deque[float] = field(default_factory=deque)
    began: float = field(default_factory=time.monotonic)

    def wait(self) -> float:
        """Return the seconds until a request may begin."""
        now = time.monotonic()
        return max(self.resume - now, self.pacer.wait(now), 0.0)

    def answered(self) -> None:
        """Note a request that the server took."""
        now = time.monotonic()
        self.accepted.append(now)
        while self.accepted[0] < now - ACCEPTED_SECONDS:
            self.accepted.popleft()

    def accepted_per_second(self) -> float:
        """Return how many a second all senders of the account had answered of late, as far as this one can tell.

        Right after a pause nothing can be told but how many were allowed.
        """
        now = time.monotonic()
        since = max(self.began, self.resume, now - ACCEPTED_SECONDS)
        counted = self.senders * sum(at >= since for at in self.accepted) / max(now - since, 1.0)
        return counted if now - since >= 1.0 else max(counted, self.rate or 0.0)


class Sender:
    """One sender of one lot, for at most 45 seconds."""

    def __init__(self, questor: Questor, lote: QuestorLote, conta: ContaQuestor, token: str, clock: Clock) -> None:
        self.questor, self.lote, self.conta, self.token, self.clock = questor, lote, conta, token, clock
        self.report = Report()
        self._seat = Seat(lote.conta, conta.max_concurrency, token)
        self._batch = Batch(conta.max_batch_items)
        self._itens_known: int | None = None
        self._waiting = Waiting(conta.max_batch_bytes)
        self._reader = Reader(lote.pasta, clock, self._was_read)
        self._extra: list[Outcome] = []
        self._speed = _Speed()
        self._dry = self._stopped = self._urgent = False

    # Claiming and writing

    def wants(self) -> bool:
        """Tell whether to look at the database now: it is time, somebody has to hear of trouble, or there is room."""
        return self._urgent or time.monotonic() >= self._speed.next_turn or self._room() >= ROOM // 2

    def _room(self) -> int:
        held = self._waiting.count + len(self._reader)
        return 0 if self._dry or self._waiting.bytes >= BYTES else max(ROOM - held, 0)

    def plan(self, done: Sequence[Done], *, more: bool) -> Plan:
        """Return what the next turn has to do."""
        self._urgent = False
        outcomes = [one for each in done for one in each.outcomes]
        seen = [each.seen for each in done if each.seen is not None]
        learned = self._batch.items if self._batch.items != self._itens_known and self._itens_known else None
        room = self._room() if more and self._room() >= ROOM // 2 else 0
        return Plan(outcomes, tuple(self._extra), seen, self._speed.in_flight, learned, room)

    def turn(self, plan: Plan) -> Taken:
        """Write and claim in one transaction."""
        now = self.clock.now()
        with transaction() as db:
            standing = self._seat.turn(db, plan.seen, plan.in_flight, plan.itens, now)
            if standing.just_opened:
                self._tell_away(db)
            written = self._settle(db, [*plan.outcomes, *plan.extra], now)
            closed = self._closed(db, now)
            rows: Sequence[Arquivo] = ()
            if plan.room and not closed:
                mine = PENDING.on(db, PENDING.table.c.lote_id == self.lote.id)
                rows = mine.claim(plan.room, now, lease_seconds(self.conta.total_timeout, WORK_SECONDS), self.token)
        return Taken(plan, rows, standing, written, closed, now)

    def _settle(self, db: Session, outcomes: Sequence[Outcome], now: datetime) -> list[Estado]:
        """Write outcomes; return the states of those whose rows were still held, and count these."""
        held = PENDING.on(db).settle(self.token, outcomes)
        written = [one.estado for one in outcomes if one.id in held]
        count_accepted(db, self.lote.id, written.count(Estado.ENVIADO), now)
        return written

    def _closed(self, db: Session, now: datetime) -> bool:
        lote = db.get(QuestorLote, self.lote.id, populate_existing=True)
        away = lote is None or lote.pausado_em is not None or lote.parado_em is not None
        return away or window.opens_at(self.conta, now) is not None

    def _tell_away(self, db: Session) -> None:
        """Tell once that the server is away; the sending goes on by itself when it is back."""
        motivo = "o Questor não está respondendo"
        said = f"O envio ao Questor esperou: {motivo}. Volta a tentar sozinho, cada vez mais devagar."
        told = EnvioQuestorParado(conta=self.lote.conta, lotes=[self.lote.nome], motivo=motivo, mensagem=said)
        record_event(db, told)

    def took(self, taken: Taken) -> None:
        """Note what a turn came to."""
        standing, plan, speed = taken.standing, taken.plan, self._speed
        speed.next_turn = time.monotonic() + TURN_SECONDS
        del self._extra[: len(plan.extra)]
        self.report.count(taken.written)
        if plan.room:
            self._dry = len(taken.rows) < plan.room
        self._reader.add(taken.rows)
        if self._itens_known is None or self._batch.items in (self._itens_known, plan.itens):
            self._batch.items = self._itens_known = min(standing.itens, self._batch.limit)
        speed.allowed, speed.senders = standing.allowed, standing.senders
        speed.rate = standing.pace.rate.at(taken.now)
        speed.pacer.allow(speed.rate / standing.senders if speed.rate else None)
        self._stopped |= taken.closed
        self._rest(taken)

    def _rest(self, taken: Taken) -> None:
        """Pause as the account's pace says, or end where it says so for long."""
        pace, seconds = taken.standing.pace, 0.0
        if pace.open(taken.now) and pace.aberto_ate is not None:
            seconds = (pace.aberto_ate - taken.now).total_seconds()
            self._stopped |= pace.probing or seconds > SHORT_SECONDS
        if any(one.overload for one in taken.plan.seen):
            seconds = max(seconds, pace.pause)
        if seconds:
            self._speed.resume = max(self._speed.resume, time.monotonic() + seconds)

    def _was_read(self, read: Read) -> None:
        self._waiting.add(read.items)
        self._extra += read.outcomes

    # Beginning and ending

    def next(self) -> Group | None:
        """Return the next request, if one may begin now."""
        if self._waiting.bytes < BYTES:
            self._reader.go_on()
        speed = self._speed
        if speed.in_flight >= speed.allowed or speed.wait() > 0:
            return None
        dry = self._dry and not len(self._reader)
        group = self._waiting.take(self._batch.items, in_flight=speed.in_flight, dry=dry)
        if group is not None:
            speed.in_flight += 1
            speed.pacer.begun(time.monotonic())
        return group

    def alarm(self) -> float:
        """Return the seconds until the next turn, or until a request may begin."""
        turn = self._speed.next_turn - time.monotonic()
        wait = self._speed.wait()
        return min(turn, wait) if wait else turn

    def over(self) -> bool:
        """Tell whether the sending was stopped, or nothing is left."""
        busy = self._speed.in_flight or self._waiting or len(self._reader)
        return self._stopped or (self._dry and not busy)

    async def do(self, group: Group) -> Done:
        """Send a group; say what it came to."""
        began, clock = self.clock.now(), time.monotonic()
        fault: Fault | Misconfigured | None = None
        verdicts: list[Verdict] = []
        try:
            verdicts = await self.questor.importar(group.tipo, [item.documento for item in group.items])
        except (Fault, Misconfigured) as error:
            fault = error
        self.report.pedidos += 1
        seconds = time.monotonic() - clock
        outcomes = self._answered(group, verdicts, clock) if fault is None else self._failed(group, fault)
        return Done(tuple(outcomes), self._seen(group, fault, Seen(began, seconds, overload=False)))

    def ended(self, group: Group, done: Done) -> None:
        """Make room for another; trouble is told at once, and this sender slows down before the others hear of it."""
        self._speed.in_flight -= 1
        if done.seen is not None and done.seen.overload:
            self._urgent = True
            self._speed.allowed //= 2

    def failed(self, group: Group, fault: BaseException) -> Done:
        """Say of documents whose request was interrupted, or met a fault of ours, that nobody knows."""
        self._speed.in_flight -= 1
        now = self.clock.now()
        return Done(tuple(outcome.lost(item, None, None, now) for item in group.items))

    def unwritten(self, done: Done, fault: BaseException) -> None:
        """Leave documents unknown whose outcome cannot be written: they are asked for when their lease ends."""
        log.error(
            "outcomes were not written", lote=self.lote.nome, amount=len(done.outcomes), fault=type(fault).__name__
        )

    def _seen(self, group: Group, fault: Fault | Misconfigured | None, seen: Seen) -> Seen | None:
        """Return what the account should know: nothing of a document that is the reason itself, or of a locked door."""
        if fault is None or isinstance(fault, Rejected):
            self._speed.answered()
            return seen
        if isinstance(fault, Misconfigured) or not isinstance(fault, Transient) or group.proven:
            return None
        too_many = self._speed.accepted_per_second() if fault.status == TOO_MANY else None
        return replace(seen, overload=True, retry_after=fault.retry_after, accepted=too_many)

    def _answered(self, group: Group, verdicts: Sequence[Verdict], began: float) -> list[Outcome]:
        now = self.clock.now()
        unknown = sum(Estado(verdict.estado) is Estado.DESCONHECIDO for verdict in verdicts)
        if unknown:
            self._batch.too_much(len(group.items))
        elif not group.again:
            self._batch.matched(len(group.items))
        guilty = self._waiting.passed(group.tipo, began) if unknown < len(verdicts) else []
        return outcome.of_verdicts(group.items, verdicts, now) + [
            outcome.refused(one.item, outcome.BLAMED, one.http, one.said, now) for one in guilty
        ]

    def _failed(self, group: Group, fault: Fault | Misconfigured) -> list[Outcome]:
        """Decide by the kind of fault; what is not decided waits again."""
        if isinstance(fault, Misconfigured):
            self.report.parado, self._stopped = str(fault), True
            self._waiting.retry(group)
        elif fault.may_be_stored:
            now = self.clock.now()
            return [outcome.lost(item, fault.status, fault.said, now) for item in group.items]
        elif isinstance(fault, Unreachable):
            self._waiting.retry(replace(group, proven=False))
        elif isinstance(fault, Overloaded) and fault.status != UNEXPLAINED:
            self._waiting.retry(group.tried())
        elif len(group.items) > 1:
            if not group.again:
                self._batch.too_much(len(group.items))
            self._waiting.split(group.tried())
        else:
            return self._alone(outcome.tried(group.items[0]), fault)
        return []

    def _alone(self, item: Item, fault: Fault) -> list[Outcome]:
        if isinstance(fault, Rejected):
            motivo = "grande_demais" if isinstance(fault, TooLarge) else "pedido_recusado"
            return [outcome.refused(item, motivo, fault.status, fault.said, self.clock.now())]
        self._waiting.suspect(item, time.monotonic(), fault.status, fault.said)
        return []

    # The end

    def left(self) -> Sequence[Group]:
        """Return what was claimed and not sent."""
        return [Group((item,)) for item in self._waiting.drain()]

    def give_back(self, groups: Sequence[Group]) -> None:
        """Let go of what is left: what was tried keeps its count, the rest goes back as it was."""
        now, unread = self.clock.now(), self._reader.close()
        left = [item for group in groups for item in group.items]
        tried = [outcome.unsent(item, now) for item in left if item.tentativas]
        with transaction() as db:
            self.report.count(self._settle(db, [*self._extra, *tried], now))
            PENDING.on(db).give_back(self.token, [*unread, *(item.id for item in left if not item.tentativas)], now)
            self._seat.leave(db, now)
