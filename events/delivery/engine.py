"""The deliveries as the pump's work: many destinations at once, and no destination delays another.

Everything runs on the event loop except `turn` and `give_back`, which hand a plan to the book on the database thread.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf

from claims.backoff import Backoff
from claims.lease import may_begin
from core.clock import Clock
from core.errors import PlatformError
from core.logs import get_logger
from core.settings.deliveries import DeliverySettings
from events.delivery.book import Book
from events.delivery.followed import followed
from events.delivery.hints import Hints
from events.delivery.kind import Made, Message, kinds
from events.delivery.lanes import AHEAD, Lane, Trial, first_limit
from events.delivery.outcome import NO_MEANS, Outcome
from events.delivery.plan import Done, Held, Plan, Taken
from events.delivery.quiet import waits_until
from events.delivery.rows import Destination, Owed, as_kinds_see
from events.delivery.schedule import next_wait
from storage.models.eventos import Estado

# So many requests at once in one process; half of them may go to destinations that are untried, slow or failing.
AT_ONCE, AT_ONCE_SUSPECT = 200, 100
DESTINATIONS, HELD_ROWS = 200, 600
# So long a row waits in which a fault of ours was raised, so that nobody tries it again and again.
FAULT_SECONDS = 60.0
# Who leaves a destination to another process looks at it again after so long: perhaps nobody else is free.
YIELD_SECONDS = 0.2
log = get_logger(__name__)


@dataclass
class Report:
    """What a run did: how many attempts it made, and how many of them delivered."""

    feitas: int = 0
    entregues: int = 0


def message_of(owed: Owed) -> Message:
    """Return a claimed delivery as its kind sees it."""
    return Message(owed.message_id, owed.evento, owed.corpo, owed.tentativas + 1)


class Engine:
    """One run over the destinations that some tasks serve (None: all), limited to those that were hinted at.

    With `budget` it takes at most so many rows in all.
    """

    def __init__(self, tasks: frozenset[str] | None, clock: Clock, *, budget: int | None = None) -> None:
        self.settings, self.clock = DeliverySettings.current(), clock
        self.hints, self.report = Hints(), Report()
        self.looked = self.crowded = self.served = False
        self._book = Book(tasks, self._first_quota, clock)
        self._backoff = Backoff(self.settings.schedule, self.settings.jitter)
        self._budget, self._rows = budget, 0
        self._lanes: dict[int, Lane] = {}
        self._lane_of: dict[int, Lane] = {}
        self._trials: defaultdict[Hashable, Trial] = defaultdict(Trial)
        self._lines: tuple[deque[Lane], deque[Lane]] = (deque(), deque())
        self._flying = [0, 0]
        self._unsent: list[Owed] = []
        self._yielded: list[tuple[int, str]] = []
        # those that were left to another process, until they are here again
        self._left: set[int] = set()
        self._back = self._wanting = False
        self._plan = Plan()

    def hint(self, destinos: Iterable[int]) -> None:
        """Look at these destinations; those that are being served are looked at too."""
        for number in destinos:
            if lane := self._lanes.get(number):
                lane.more = lane.hinted = True
            else:
                self.hints.add((number,))

    @property
    def overloaded(self) -> bool:
        """Whether there is more to do than this run keeps up with, so that another process could help."""
        return self.crowded or sum(lane.behind for lane in self._lanes.values()) > 1

    def yield_half(self) -> None:
        """Leave half of the destinations with more due rows to another process, once they are let go of."""
        busy = [lane for lane in self._lanes.values() if lane.behind]
        for lane in busy[: len(busy) // 2]:
            lane.yields = True

    def yielded(self) -> list[tuple[int, str]]:
        """Return, once, the destinations that were left to another process and are free now, with their tasks."""
        yielded, self._yielded = self._yielded, []
        self._left.update(number for number, _ in yielded)
        return yielded

    def left_alone(self) -> bool:
        """Tell, once, whether all that was left to another process has come back."""
        alone, self._back = self._back, False
        return alone

    def wants(self) -> bool:
        """Tell whether a destination may have something due, or something is left to write."""
        if self._unsent or self._book.waits.seconds_left == 0.0:
            return True
        lanes = self._lanes.values()
        if any(lane.urgent or (lane.empty and not lane.unsettled) for lane in lanes):
            return True
        return self._room > 0 and (self._slots > 0 or any(lane.hungry for lane in lanes))

    def presses(self) -> bool:
        """Tell whether an end is more than one more success, or a later row waits for it."""
        return any(lane.presses for lane in self._lanes.values())

    @property
    def _room(self) -> int:
        room = HELD_ROWS - self._rows
        return room if self._budget is None else min(room, self._budget)

    @property
    def _slots(self) -> int:
        return max(DESTINATIONS - len(self._lanes), 0) if self.hints else 0

    def plan(self, done: Sequence[Done], *, more: bool) -> Plan:
        """Return what to write and where to look."""
        room = self._room if more else 0
        pressed = self.crowded or (bool(self.hints) and len(self._lanes) >= DESTINATIONS)
        for lane in self._lanes.values():
            lane.pressed = pressed
        written = Counter(self._lane_of[one.owed.id] for one in done)
        concerned = {owed.destino_id for owed in (*(one.owed for one in done), *self._unsent)}
        held: dict[int, Held] = {}
        for number, lane in self._lanes.items():
            one = lane.seen_by(written[lane], asks=room > 0, anyway=number in concerned)
            if one is not None:
                held[number] = one
                lane.hinted &= not one.quota
        slots = self._slots if room > 0 else 0
        self._plan = Plan(
            tuple(done),
            tuple(self._unsent),
            held,
            self.hints.give() if slots else frozenset(),
            slots,
            room,
        )
        return self._plan

    def turn(self, plan: Plan) -> Taken:
        """Write and take."""
        return self._book.turn(plan)

    def took(self, taken: Taken) -> None:
        """Note which destinations are held now, and what waits for them."""
        plan, self.looked = self._plan, True
        self._settled(plan, taken)
        self._unsent = self._unsent[len(plan.unsent) :]
        for one in taken.new:
            self._lanes[one.destination.id] = Lane(one, self.settings.max_in_flight, trial=self._trial(one.destination))
        self._came_back(one.destination.id for one in taken.new)
        for number, one in plan.held.items():
            if one.quota and (lane := self._lanes.get(number)):
                lane.more = lane.hinted
        for number, rows in taken.owed.items():
            self._add(self._lanes[number], rows, more=number in taken.more)
        for number in taken.stopped & self._lanes.keys():
            self._lanes[number].stopped = True
        for number in taken.freed | taken.lost:
            self._forget(number)
        if plan.slots:
            self.crowded = taken.full
            self.hints.looked_at(self._lanes, full=taken.full)
        for number, free_at in taken.free_at.items():
            self.hints.add_later(number, (free_at - self.clock.now()).total_seconds())
            if lane := self._lanes.get(number):
                lane.held = replace(lane.held, free_at=free_at)
        for lane in self._lanes.values():
            self._offer(lane)

    def _trial(self, one: Destination) -> Trial:
        """Return the trial of a destination's credential; the credential itself is not kept."""
        credential = kinds()[one.tipo].credential(as_kinds_see(one))
        return Trial() if credential is None else self._trials[hash(credential)]

    def _settled(self, plan: Plan, taken: Taken) -> None:
        for one in plan.done:
            self._lane_of.pop(one.owed.id).settled()
            self.report.feitas += one.made is not None
            self.report.entregues += one.delivered
            if one.estado is Estado.PENDENTE:
                self.hints.add_later(one.owed.destino_id, (one.due_at - self.clock.now()).total_seconds())

    def _add(self, lane: Lane, rows: list[Owed], *, more: bool) -> None:
        self.served = True
        lane.add(rows)
        lane.more = more or lane.hinted
        lane.behind = more and len(rows) > 1
        self._rows += len(rows)
        if self._budget is not None:
            self._budget -= len(rows)

    def _forget(self, number: int) -> None:
        """Drop a destination whose slot is not held any more; one that had only had its share is looked at again."""
        if lane := self._lanes.pop(number, None):
            self._recall(lane)
            if lane.yields:
                self._yielded.append((number, lane.kind.task(lento=lane.destination.lento)))
                self.hints.add_later(number, YIELD_SECONDS)
            elif self._budget is None and (lane.hinted or (lane.more and not lane.stopped)):
                self.hints.add((number,))

    def _came_back(self, numbers: Iterable[int]) -> None:
        if self._left:
            self._left.difference_update(numbers)
            self._back = not self._left

    def _recall(self, lane: Lane) -> None:
        self._unsent += lane.waiting
        self._rows -= len(lane.waiting)
        lane.waiting.clear()

    def _offer(self, lane: Lane) -> None:
        """Let a destination stand in line for a request, once."""
        if lane.stopped:
            self._recall(lane)
        if lane.ready and not lane.offered:
            lane.offered = True
            self._lines[lane.suspect].append(lane)

    def next(self) -> Owed | None:
        """Return the next row of the next destination, all in turn."""
        for suspect, most in ((False, AT_ONCE), (True, AT_ONCE_SUSPECT)):
            line = self._lines[suspect]
            while line and sum(self._flying) < AT_ONCE and self._flying[suspect] < most:
                lane = line.popleft()
                lane.offered = False
                if self._lanes.get(lane.destination.id) is not lane or not lane.ready:
                    continue
                owed, now = lane.waiting.popleft(), self.clock.now()
                again = waits_until(lane.destination, owed, now)
                if again is None and may_begin(now, lane.destination.timeout, owed.until):
                    self._flying[suspect] += 1
                    lane.began()
                    self._lane_of[owed.id] = lane
                    self._offer(lane)
                    return owed
                self._unsent.append(replace(owed, again=again))
                self._rows -= 1
                self._offer(lane)
        return None

    async def do(self, owed: Owed) -> Done:
        """Make one request and decide where the row goes."""
        lane = self._lane_of[owed.id]
        suspect = lane.suspect
        try:
            destino = as_kinds_see(lane.destination)
            made = await followed(owed, lane.kind.deliver(destino, message_of(owed), self.clock.now()))
        finally:
            self._flying[suspect] -= 1
        return self._decided(lane.destination, owed, made)

    def _decided(self, destination: Destination, owed: Owed, made: Made) -> Done:
        estado, due_at, outcome = made.outcome.estado, self.clock.now(), made.outcome
        if outcome.untried:
            self._tell_of_want(outcome)
            return Done(owed, made if outcome.text else None, estado, due_at + timedelta(seconds=outcome.minimum))
        if estado is Estado.PENDENTE:
            wait = next_wait(self._backoff, owed.tentativas + 1, destination.retry_count, outcome)
            if wait is None:
                last = replace(outcome, text=f"{outcome.text} (última tentativa)")
                return Done(owed, replace(made, outcome=last), Estado.ESGOTADO, due_at)
            due_at += timedelta(seconds=wait)
        return Done(owed, made, estado, due_at)

    def _tell_of_want(self, outcome: Outcome) -> None:
        """Say once in a run that this machine has nothing left to deliver with."""
        if outcome == NO_MEANS and not self._wanting:
            self._wanting = True
            log.warning("no descriptor or memory is left for a connection: deliveries wait")

    def ended(self, owed: Owed, done: Done) -> None:
        """Note an end at once."""
        lane = self._lane_of[owed.id]
        lane.ended(done)
        self._rows -= 1
        refused = bool(done.outcome and done.outcome.credential)
        for other in (lane, *self._beside(lane)):
            other.stopped |= refused
            self._offer(other)

    def _beside(self, lane: Lane) -> list[Lane]:
        """Return the other destinations that share a credential with this one."""
        lanes = self._lanes.values() if lane.kind.one_first else ()
        return [other for other in lanes if other is not lane and other.trial is lane.trial]

    def failed(self, owed: Owed, fault: BaseException) -> Done | None:
        """Let a row wait in which a bug was raised; it does not count as an attempt. A cancelled one goes back."""
        if not isinstance(fault, Exception):
            self._lane_of.pop(owed.id).cancelled()
            return None
        reason = str(fault) if isinstance(fault, PlatformError) else type(fault).__name__
        log.error("delivery failed by a fault of ours", delivery=owed.id, reason=reason)
        return Done(owed, None, Estado.PENDENTE, self.clock.now() + timedelta(seconds=FAULT_SECONDS))

    def unwritten(self, done: Done, fault: BaseException) -> None:
        """Note an outcome that cannot be written: its row waits for the end of its lease."""
        log.error("outcome not written", delivery=done.owed.id, fault=type(fault).__name__)
        lane = self._lane_of.pop(done.owed.id)
        lane.settled()
        lane.stopped = True

    def alarm(self) -> float:
        """Return the seconds until something is due soon, or has to be written."""
        left = self._book.waits.seconds_left
        return min(inf if left is None else left, self.hints.alarm())

    def over(self) -> bool:
        """Go on until nothing is due."""
        return False

    def left(self) -> Sequence[Owed]:
        """Return what waits."""
        for lane in self._lanes.values():
            self._recall(lane)
        left, self._unsent = self._unsent, []
        return left

    def give_back(self, items: Sequence[Owed]) -> None:
        """Let go of these rows and of every slot."""
        held = {number: replace(lane.held, quota=0, idle=True) for number, lane in self._lanes.items()}
        try:
            if items or held or self._book.waits.seconds_left is not None:
                self._book.turn(Plan(unsent=tuple(items), held=held, last=True))
        finally:
            self._book.close()

    def _first_quota(self, one: Destination) -> int:
        return AHEAD * first_limit(one, self.settings.max_in_flight)
