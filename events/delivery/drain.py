"""Drain one destination: claim due rows, commit, send them concurrently, write the outcomes, give back what is left."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core import loop
from core.clock import SYSTEM, Clock
from core.settings.deliveries import DeliverySettings
from core.stopping import stopping
from events.delivery.health import OPEN_AFTER
from events.delivery.kind import Message, kinds
from events.delivery.outcome import Outcome
from events.delivery.queue import DestinationQueue, Owed, acquire
from events.delivery.schedule import Schedule
from events.delivery.settle import Done, settle
from storage.models.eventos import Estado
from storage.owner import new_token

BUDGET_SECONDS = 5.0
BUDGET_ROWS = 500
FLUSH_SECONDS = 1.0
_ending = False


@dataclass
class Report:
    """What a drain did; `mais` says that more rows are due already, `segue` that it still goes on."""

    feitas: int = 0
    entregues: int = 0
    mais: bool = False
    ocupado: bool = False
    segue: bool = False


def drain(
    destino_id: int,
    clock: Clock = SYSTEM,
    patience: float | None = None,
    then: Callable[[Report], object] = lambda report: None,
) -> Report:
    """Deliver what one destination is owed, for at most 5 s or 500 rows; safe to run twice at once.

    With `patience` a drain that takes more seconds goes on behind the caller (`segue`), so that a slow endpoint keeps
    no worker from the others. `then` is told the report at the end, wherever that is.
    """
    settings = DeliverySettings.current()
    queue = acquire(settings, destino_id, new_token(), clock.now())
    if queue is None:
        return Report(ocupado=True)
    work = Drain(queue, settings, clock)
    if patience is None:
        loop.run(work.whole(then))
    elif loop.run_or_lend(work.whole(then), patience) is None:
        return replace(work.report, segue=True)
    return work.report


def end(seconds: float) -> None:
    """Start no further request in this process, and wait that long for the answers of those under way."""
    global _ending
    _ending = True
    try:
        loop.finish(seconds)
    finally:
        _ending = False


def message_of(owed: Owed) -> Message:
    """Return what a kind is told of a claimed delivery."""
    return Message(owed.message_id, owed.evento, owed.corpo, owed.tentativas + 1)


class Drain:
    """One run over one destination."""

    def __init__(self, queue: DestinationQueue, settings: DeliverySettings, clock: Clock) -> None:
        self.queue, self.settings, self.clock = queue, settings, clock
        self.kind = kinds()[queue.destino.tipo]
        self.schedule = Schedule(settings.schedule, settings.jitter)
        self.report = Report()
        self.stopped = False
        self._in_a_row = queue.destino.falhas_seguidas
        self._ends = time.monotonic() + BUDGET_SECONDS

    def over(self) -> bool:
        """Tell whether no new request may start."""
        return self.stopped or _ending or stopping() or time.monotonic() >= self._ends

    async def whole(self, then: Callable[[Report], object]) -> None:
        """Deliver, let go, and tell."""
        try:
            await self.pump()
        finally:
            self.report.mais = self.queue.release(self.clock.now())
        then(self.report)

    async def pump(self) -> None:
        """Claim and send until nothing is due or the budget is used."""
        while not self.over() and self.report.feitas < BUDGET_ROWS:
            rows = self.queue.claim(self.clock.now())
            if not rows:
                return
            last = self.queue.emptied and not self.queue.probing
            await self._send_all(rows, last)
            if last:
                return
            self.queue.probing = False

    async def _send_all(self, rows: Sequence[Owed], last: bool) -> None:
        """Send with a few requests in flight, and commit outcomes at least every second; after the last let go."""
        waiting, done = deque(rows), list[Done]()

        async def one() -> None:
            done.append(await self._attempt(waiting.popleft()))
            self._watch(done[-1])

        async def lane() -> None:
            while waiting and not self.over():
                await one()

        if self.kind.one_first and not self.report.feitas:
            await one()
        lanes = {asyncio.create_task(lane()) for _ in range(min(self.settings.max_in_flight, len(rows)))}
        try:
            while lanes:
                ended, lanes = await asyncio.wait(lanes, timeout=FLUSH_SECONDS)
                self._flush(done, last and not lanes)
                for task in ended:
                    task.result()
        finally:
            for task in lanes:
                task.cancel()

    def _watch(self, one: Done) -> None:
        """Start no further request once an answer forbids it, or the failures in a row open the circuit."""
        if one.outcome.requested:
            self._in_a_row = 0 if one.outcome.delivered else self._in_a_row + 1
        forbids = one.outcome.switch_off or (one.outcome.empties and bool(self.queue.buckets))
        self.stopped |= forbids or self._in_a_row >= OPEN_AFTER

    def _flush(self, done: list[Done], last: bool) -> None:
        if not done:
            return
        health = settle(self.queue, done, self.clock.now(), last=last)
        self.report.feitas += len(done)
        self.report.entregues += sum(one.outcome.delivered for one in done)
        self.stopped |= health.open
        done.clear()

    async def _attempt(self, owed: Owed) -> Done:
        """Make one request and decide where the row goes."""
        made = await self.kind.deliver(self.queue.destino, message_of(owed), self.clock.now())
        estado, due_at = self._next(owed, made.outcome)
        if estado is Estado.ESGOTADO and made.outcome.estado is Estado.PENDENTE:
            made = replace(made, outcome=replace(made.outcome, text=f"{made.outcome.text} (última tentativa)"))
        return Done(owed, made, estado, due_at)

    def _next(self, owed: Owed, outcome: Outcome) -> tuple[Estado, datetime]:
        """Return where the row goes, and when it is due again."""
        now = self.clock.now()
        if outcome.estado is not Estado.PENDENTE:
            return outcome.estado, now
        wait = self.schedule.wait(owed.tentativas + 1, self.queue.destino.retry_count, outcome)
        if wait is None:
            return Estado.ESGOTADO, now
        return Estado.PENDENTE, now + timedelta(seconds=wait)
