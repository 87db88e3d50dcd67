"""The database's side of a run: each turn is one short transaction that writes what has ended and takes what is due."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from claims import bucket
from claims.bucket import Bucket
from claims.holder import new_token
from core.clock import Clock
from core.logs import get_logger
from core.settings.deliveries import DeliverySettings
from events.delivery import settling, successes, taking
from events.delivery.kind import buckets_of
from events.delivery.latency import Waits
from events.delivery.plan import Held, Plan, Taken
from events.delivery.rows import ROWS, SLOT_SECONDS, Destination, Owed, as_kinds_see, sealed
from events.delivery.settling import Slot
from events.delivery.taking import Tokens
from storage.direct import Direct
from storage.line import Line

# So many rows a destination is taken with by itself: what an untried one may have.
FIRST_ROWS = 6
# After so long somebody looks whether a key opens its secrets now.
SEALED_SECONDS = 60.0
log = get_logger(__name__)


class Book:
    """What one run may write, under one token. It is used by the database thread alone.

    `tasks` are those whose destinations it looks at (none: all). `quota` says how many rows a new destination may take.
    """

    def __init__(self, tasks: frozenset[str] | None, quota: Callable[[Destination], int], clock: Clock) -> None:
        self.token, self.clock = new_token(), clock
        self.waits = Waits()
        self._line = Line()
        self._tasks, self._quota = tasks, quota
        self._settings = DeliverySettings.current()

    def turn(self, plan: Plan) -> Taken:
        """Write and take."""
        now = self.clock.now()
        number = plan.alone if self._line.dialect == "postgresql" else None
        if number is not None and (whole := self._whole(number, plan, now)):
            return whole
        if self._line.dialect == "postgresql" and successes.alone(plan) and (written := self._written(plan, now)):
            return written
        taken = Taken()
        writes_waits = plan.last or self.waits.seconds_left == 0.0
        kept = self._transaction(plan, taken, now, writes_waits=writes_waits)
        if writes_waits:
            self.waits.forget()
        self._count(plan, kept)
        return taken

    def _whole(self, number: int, plan: Plan, now: datetime) -> Taken | None:
        """Take the one destination that a plan looks at, if nothing limits it: one statement, and no more."""
        quota = min(FIRST_ROWS, plan.rows)
        with self._line.alone() as on:
            found = taking.whole(on, self.token, self._tasks, number, self._settings.total_timeout, quota, now)
        if found is None:
            return None
        destination, owed = found
        held = Held(destination, (), quota=quota)
        if sealed(destination):
            with self._line.transaction() as on:
                ROWS.on(on).give_back(self.token, [one.id for one in owed], now)
                self._shut(on, [destination], now)
            return Taken()
        if not owed:
            with self._line.transaction() as on:
                self._let_go(on, {number: held}, now)
            return Taken()
        return Taken([held], {number: owed}, {number} if len(owed) == quota else set(), full=plan.slots == 1)

    def _written(self, plan: Plan, now: datetime) -> Taken | None:
        """Write successes and let go of what is idle, in one statement if nothing speaks against it."""
        with self._line.alone() as on:
            kept = successes.write(on, self.token, plan, now + timedelta(seconds=SLOT_SECONDS), now)
            if kept is None:
                return None
            self._count(plan, kept)
            if self.waits.seconds_left == 0.0:
                self.waits.write(on)
                self.waits.forget()
        return Taken(freed={number for number, one in plan.held.items() if one.idle})

    def close(self) -> None:
        """Give the connection back."""
        self._line.close()

    def _transaction(self, plan: Plan, taken: Taken, now: datetime, *, writes_waits: bool) -> set[int]:
        with self._line.transaction() as on:
            slots, kept = dict[int, Slot](), set[int]()
            if plan.held or plan.done:
                slots, kept = settling.settle(on, self.token, plan.held, plan.done, now)
            taken.lost = plan.held.keys() - slots.keys()
            tokens = Tokens(on, now)
            if plan.done or plan.unsent:
                self._unused(on, plan, tokens, now)
            if plan.slots or plan.rows:
                self._take(on, plan, slots, taken, tokens, now)
            tokens.give_back()
            if slots:
                self._write(on, plan, slots, taken, now)
            if writes_waits:
                self.waits.write(on)
        return kept

    def _unused(self, on: Direct, plan: Plan, tokens: Tokens, now: datetime) -> None:
        """Give back what did not begin, and the tokens of everything that made no request."""
        emptied: dict[Bucket, float] = {}
        for one in plan.done:
            if one.outcome and one.outcome.empties:
                emptied |= dict.fromkeys(_buckets(plan, one.owed), one.outcome.empty_seconds)
        # of one kind, and so of one queue, all are as long: rivals lock them in one order
        for seconds in sorted(set(emptied.values())):
            bucket.empty(on.db, [each for each in emptied if emptied[each] == seconds], now, seconds)
        back = self._given_back(on, plan.unsent, now)
        idle = [owed for owed in plan.unsent if owed.id in back]
        idle += [one.owed for one in plan.done if not one.requested]
        for owed in idle:
            tokens.unused(set(_buckets(plan, owed)) - emptied.keys(), 1)

    def _given_back(self, on: Direct, unsent: Sequence[Owed], now: datetime) -> set[int]:
        """Give back rows that did not begin, each due when it may; return those that were still held."""
        due = defaultdict[datetime, list[int]](list)
        for owed in unsent:
            due[owed.again or now].append(owed.id)
        return {number for at, ids in due.items() for number in ROWS.on(on).give_back(self.token, ids, at)}

    def _take(
        self, on: Direct, plan: Plan, slots: dict[int, Slot], taken: Taken, tokens: Tokens, now: datetime
    ) -> None:
        """Take more for destinations that are held, and new ones, tenants in turn."""
        found = taking.slots(on, self.token, self._tasks, plan.hints, plan.slots, now)
        taken.full = len(found) == plan.slots > 0
        if closed := [one for one in found if sealed(one)]:
            self._shut(on, closed, now)
        new = {one.id: self._held(one) for one in found if one not in closed}
        held = {number: slot.held for number, slot in slots.items() if slot.held.quota and not _stopped(slot)}
        asking = held | new
        dealt = tokens.deal(_shared(asking, plan.rows), {number: one.buckets for number, one in asking.items()})
        wanted = {number: quota for number, quota in dealt.items() if quota}
        for owed in taking.owed(on, self.token, wanted, asking, now):
            taken.owed.setdefault(owed.destino_id, []).append(owed)
        self._note(asking, dealt, slots, taken, tokens, now)
        taken.new = [asking[number] for number in new if number in taken.owed]
        if empty := {number: asking[number] for number in new if number not in taken.owed}:
            self._let_go(on, empty, now)

    def _shut(self, on: Direct, closed: Sequence[Destination], now: datetime) -> None:
        """Let go of those whose secrets no key opens, for a while."""
        for one in closed:
            log.error("secret of a destination not opened", destino=one.id, reason=sealed(one))
        again = now + timedelta(seconds=SEALED_SECONDS)
        held = {one.id: Held(one, (), one.circuito_espera > 0, free_at=again) for one in closed}
        settling.shut(on, self.token, held, now)

    def _let_go(self, on: Direct, empty: dict[int, Held], now: datetime) -> None:
        """Let go of slots for which nothing was found."""
        nothing = settling.read(on, self.token, empty)
        settling.write(on, self.token, nothing.values(), nothing, now, now)

    def _note(
        self,
        asking: dict[int, Held],
        dealt: dict[int, int],
        slots: dict[int, Slot],
        taken: Taken,
        tokens: Tokens,
        now: datetime,
    ) -> None:
        """Note who may have more due, and who has to wait for a token."""
        for number, one in asking.items():
            got = len(taken.owed.get(number, ()))
            tokens.unused(one.buckets, dealt[number] - got)
            if got and got == dealt[number]:
                taken.more.add(number)
            elif one.buckets and not dealt[number]:
                taken.free_at[number] = now + timedelta(seconds=tokens.wait_for(one.buckets))
                asking[number] = replace(one, free_at=taken.free_at[number])
                if number in slots:
                    slots[number].held = asking[number]

    def _held(self, one: Destination) -> Held:
        probing = one.circuito_espera > 0
        quota = 1 if probing or one.ordem_estrita else self._quota(one)
        return Held(one, buckets_of(as_kinds_see(one), self._settings), probing, quota)

    def _write(self, on: Direct, plan: Plan, slots: dict[int, Slot], taken: Taken, now: datetime) -> None:
        taken.stopped = {number for number, slot in slots.items() if _stopped(slot)}
        taken.freed = {number for number, slot in slots.items() if slot.held.idle and number not in taken.owed}
        touched = {one.owed.destino_id for one in plan.done} | taken.owed.keys() | taken.freed
        written = [slot for number, slot in slots.items() if number in touched]
        settling.write(on, self.token, written, taken.freed, now + timedelta(seconds=SLOT_SECONDS), now)

    def _count(self, plan: Plan, kept: set[int]) -> None:
        for one in plan.done:
            if one.made and one.requested and one.owed.tentativas == 0 and one.owed.id in kept:
                self.waits.count(one.owed.destino_id, one.owed.created_at, one.made.started_at)


def _buckets(plan: Plan, owed: Owed) -> tuple[Bucket, ...]:
    held = plan.held.get(owed.destino_id)
    return held.buckets if held else ()


def _stopped(slot: Slot) -> bool:
    """Tell whether no further request may go there: somebody stopped it, or its circuit opened."""
    return slot.off or not slot.row.ready or (slot.health.open and not slot.held.probing)


def _shared(asking: dict[int, Held], rows: int) -> dict[int, int]:
    """Return the quotas of these, in their order; where they exceed the room, each has the same share of it."""
    if sum(one.quota for one in asking.values()) <= rows:
        return {number: one.quota for number, one in asking.items()}
    share = max(rows // max(len(asking), 1), 1)
    return {number: min(one.quota, share) for number, one in asking.items()}
