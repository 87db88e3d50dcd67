"""A sender's work for the pump: claim files of a lot, have them read, send them in groups.

Everything here runs on the event loop but `turn` and `give_back`, which run on the database's thread.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from connectors.questor import Fault, Questor, Verdict
from core.clock import Clock
from core.errors import Misconfigured, Rejected, Transient
from core.logs import get_logger
from core.settings.questor import ContaQuestor
from flows.questor import outcome
from flows.questor.judging import Judge
from flows.questor.ledger import Ledger, Plan, Taken
from flows.questor.pace import Batch, Sample
from flows.questor.reader import Read, Reader
from flows.questor.rows import Outcome
from flows.questor.sources import source_of
from flows.questor.speed import Speed
from flows.questor.waiting import Group, Waiting
from storage.models.questor import Estado, QuestorLote

log = get_logger(__name__)
# So many documents a sender has in hand at first, and at most where the server is quicker than the database.
ROOM, MOST_ROOM = 500, 2000
BYTES = 32 * 1024 * 1024
TURN_SECONDS = 0.5
# A wait that is shorter is sat out; for a longer one the sender ends.
SHORT_SECONDS = 10.0
TOO_MANY = 429


@dataclass
class Tally:
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
    sample: Sample | None = None


class Sender:
    """One sender of one lot; `wake` has the pump look whether a request may begin.

    `away` says afterwards that it ended because the folder was away.
    """

    wake: Callable[[], None]

    def __init__(self, questor: Questor, lote: QuestorLote, conta: ContaQuestor, token: str, clock: Clock) -> None:
        self.tally = Tally()
        self.away: Transient | None = None
        self._questor, self._lote, self._clock = questor, lote, clock
        self._ledger = Ledger(lote, conta, token, clock)
        self._reader = Reader(source_of(lote), clock, self._was_read)
        self._waiting = Waiting(conta.max_batch_bytes)
        self._batch, self._items_known = Batch(conta.max_batch_items), 0
        self._judge = Judge(self._waiting, self._batch, clock)
        self._speed = Speed()
        self._extra: list[Outcome] = []
        self._next_turn = 0.0
        self._hand = ROOM
        self._dry = self._stopped = self._starved = False

    def wants(self) -> bool:
        """Tell whether to look at the database now: it is time, somebody has to hear of trouble, or there is room."""
        return time.monotonic() >= self._next_turn or self._room() > 0

    def presses(self) -> bool:
        """Let every claim write what has ended."""
        return True

    def _room(self) -> int:
        """Return how many files to claim: none before half of what a sender has in hand is gone."""
        room = self._hand - self._waiting.count - len(self._reader)
        return 0 if self._dry or self._waiting.bytes >= BYTES or room < self._hand // 2 else room

    def plan(self, done: Sequence[Done], *, more: bool) -> Plan:
        """Return what the next turn has to do."""
        outcomes = [one for each in done for one in each.outcomes]
        samples = [each.sample for each in done if each.sample is not None]
        learned = self._batch.items if self._items_known not in (0, self._batch.items) else None
        room = self._room() if more else 0
        return Plan(outcomes, tuple(self._extra), samples, self._speed.in_flight, learned, room)

    def turn(self, plan: Plan) -> Taken:
        """Write and claim."""
        return self._ledger.turn(plan)

    def took(self, taken: Taken) -> None:
        """Note what a turn came to."""
        plan, standing = taken.plan, taken.standing
        self._next_turn = time.monotonic() + TURN_SECONDS
        del self._extra[: len(plan.extra)]
        self.tally.count(taken.written)
        if plan.room:
            self._dry = len(taken.rows) < plan.room
            self._hand = min(self._hand * 2, MOST_ROOM) if self._starved else self._hand
            self._starved = False
        self._reader.add(taken.rows)
        self._read_on()
        # what this sender learned since then is told at its next turn
        if self._batch.items in (self._items_known, plan.itens) or not self._items_known:
            self._batch.items = self._items_known = min(standing.itens, self._batch.limit)
        self._speed.stand(standing, standing.pace.rate.at(taken.now))
        self._stopped |= taken.closed or taken.lost
        self._rest(taken)

    def _rest(self, taken: Taken) -> None:
        """Pause as the account's pace says, or end where it says so for long."""
        pace = taken.standing.pace
        if pace.aberto_ate is not None and pace.open(taken.now):
            seconds = (pace.aberto_ate - taken.now).total_seconds()
            self._stopped |= pace.probing or seconds > SHORT_SECONDS
            self._speed.pause(seconds)
        if any(one.overload for one in taken.plan.samples):
            self._speed.pause(pace.pause)

    def _was_read(self, read: Read) -> None:
        self._waiting.add(read.items)
        self._extra += read.outcomes
        if read.away is not None:
            self.away, self._stopped = read.away, True
        self._read_on()
        self.wake()

    def _read_on(self) -> None:
        if self._waiting.bytes < BYTES and self.away is None:
            self._reader.go_on()

    def next(self) -> Group | None:
        """Return the next request, if one may begin now."""
        self._read_on()
        if not self._speed.free:
            return None
        dry = self._dry and not len(self._reader)
        group = self._waiting.take(self._batch.items, in_flight=self._speed.in_flight, dry=dry)
        if group is not None:
            self._speed.begin()
        # the first claim is waited for by all; an empty hand later says that the database is slower than the server
        self._starved |= group is None and bool(self.tally.pedidos) and not self._dry and not len(self._reader)
        return group

    def alarm(self) -> float:
        """Return the seconds until the next turn, or until a request may begin."""
        turn, wait = self._next_turn - time.monotonic(), self._speed.wait()
        return min(turn, wait) if wait else turn

    def over(self) -> bool:
        """Tell whether the sending was stopped, or nothing is left."""
        busy = self._speed.in_flight or self._waiting or len(self._reader)
        return self._stopped or not self._ledger.may_begin() or (self._dry and not busy)

    async def do(self, group: Group) -> Done:
        """Send a group; say what it came to."""
        began, clock = self._clock.now(), time.monotonic()
        fault: Fault | Misconfigured | None = None
        verdicts: list[Verdict] = []
        try:
            verdicts = await self._questor.importar(group.tipo, [item.documento for item in group.items])
        except (Fault, Misconfigured) as error:
            fault = error
        self.tally.pedidos += 1
        sample = Sample(began, time.monotonic() - clock, overload=False)
        if isinstance(fault, Misconfigured):
            return self._stop(group, fault)
        if fault is None:
            self._speed.answered()
            return Done(tuple(self._judge.answered(group, verdicts, clock)), sample)
        return Done(tuple(self._judge.failed(group, fault)), self._trouble(group, fault, sample))

    def _stop(self, group: Group, fault: Misconfigured) -> Done:
        """End: a person has to mend something first. It says nothing of how the server is."""
        self.tally.parado, self._stopped = str(fault), True
        self._waiting.retry(group)
        return Done()

    def _trouble(self, group: Group, fault: Fault, sample: Sample) -> Sample | None:
        """Return what the account should know of a fault: nothing where a document is the reason itself."""
        if isinstance(fault, Rejected):
            self._speed.answered()
            return sample
        if group.proven or not isinstance(fault, Transient):
            return None
        too_many = self._speed.accepted_per_second() if fault.status == TOO_MANY else None
        return replace(sample, overload=True, retry_after=fault.retry_after, accepted=too_many)

    def ended(self, group: Group, done: Done) -> None:
        """Make room for another; trouble is told at once, and this sender slows down before the others hear of it."""
        self._speed.in_flight -= 1
        if done.sample is not None and done.sample.overload:
            self._next_turn = 0.0
            self._speed.allowed //= 2

    def failed(self, group: Group, fault: BaseException) -> Done:
        """Say of documents whose request was interrupted, or met a fault of ours, that nobody knows."""
        self._speed.in_flight -= 1
        now = self._clock.now()
        return Done(tuple(outcome.lost(item, None, None, now) for item in group.items))

    def unwritten(self, done: Done, fault: BaseException) -> None:
        """Leave documents unknown whose outcome cannot be written: they are asked for when their lease ends."""
        amount = len(done.outcomes)
        log.error("outcomes were not written", lote=self._lote.nome, amount=amount, fault=type(fault).__name__)

    def left(self) -> Sequence[Group]:
        """Return what was claimed and not sent."""
        return [Group((item,)) for item in self._waiting.take_all()]

    def give_back(self, groups: Sequence[Group]) -> None:
        """Let go of what is left: what was tried keeps its count, the rest goes back as it was."""
        unread, now = self._reader.close(), self._clock.now()
        left = [item for group in groups for item in group.items]
        tried = [outcome.unsent(item, now) for item in left if item.tentativas]
        untouched = [*unread, *(item.id for item in left if not item.tentativas)]
        self.tally.count(self._ledger.give_back([*self._extra, *tried], untouched))
