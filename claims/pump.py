"""One pump for all owed work: take, do many at once on the event loop, write what has ended, take again.

Nothing waits for the slowest: what has ended is written in batches every few milliseconds, by one thread that owns the
database, while requests begin and end on the loop. So a database that is locked for long makes nobody's answer late.

The end comes by a budget, by time, by the work's own word (`over`: a window closed, somebody paused it), or because the
process is to stop: no item begins any more, those under way are waited for, outcomes are written, the rest goes back.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any, Generic

from claims.work import Done, Item, Plan, Taken, Work
from core.aside import Aside, T
from core.errors import Transient
from core.stopping import stopping

LONGEST_RETRY_SECONDS = 2.0
# Outcomes wait for so many times what the last turn took, so that writing takes a quarter of the time at most.
GATHER_TURNS, LONGEST_GATHER_SECONDS = 3.0, 0.1
# The first one is told; a run that never ends keeps no more than these.
MOST_FAULTS = 10


@dataclass(frozen=True)
class Pace:
    """How a pump goes about it, in seconds.

    `gather`: so long an outcome waits for others, to be written with them, and longer where writing is slow. `most`:
    after so long nothing begins any more (none: no such limit). `idle`: so long it stays when there is nothing to do.
    `look`: so often it asks its work and the process whether something changed. A database that does not answer is
    tried again after `retry`, then after twice as long, for as long as `patience`.
    """

    gather: float = 0.01
    most: float | None = None
    idle: float = 0.0
    look: float = 0.25
    retry: float = 0.1
    patience: float = 120.0


class Pump(Generic[Item, Done, Plan, Taken]):
    """One run of one work. It is made and run on the event loop; `wake` and `stop` may come from any thread."""

    def __init__(self, work: Work[Item, Done, Plan, Taken], pace: Pace = Pace()) -> None:
        self.work, self.pace = work, pace
        self.faults: list[BaseException] = []
        self._running: dict[asyncio.Future[Done], Item] = {}
        self._back: list[Item] = []
        self._done: deque[Done] = deque()
        self._oldest = self._began = 0.0
        self._gather = pace.gather
        self._turning = False
        self._writing: list[Done] = []
        self._one_by_one = 0
        self._not_before = self._failing_since = 0.0
        self._retry = pace.retry
        self._stopped = self._stepping = self._asked = self._over = False
        self._idle_since: float | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._ended_at: asyncio.Future[None] = self._loop.create_future()
        self._ends = None if pace.most is None else time.monotonic() + pace.most
        self._database = Aside("esteira-banco", self._loop)

    @property
    def in_flight(self) -> int:
        """How many items are under way."""
        return len(self._running)

    def wake(self) -> None:
        """Let it ask its work at once whether something changed."""
        if _here() is self._loop:
            # to its own thread a loop would write a byte, and wake up once more to read it
            self._step()
        else:
            self._loop.call_soon_threadsafe(self._step)

    def stop(self) -> None:
        """Let nothing begin any more."""
        self._stopped = True
        self.wake()

    def over(self) -> bool:
        """Tell whether no item may begin any more."""
        late = self._ends is not None and time.monotonic() >= self._ends
        return self._stopped or late or stopping() or self.work.over()

    async def run(self) -> None:
        """Work until the end. A bug costs the item in which it happened, and is raised once all others are done."""
        try:
            self._step()
            await self._ended_at
        finally:
            self._over = True
            await self._clear_up()
        if self.faults:
            raise self.faults[0]

    def _step(self) -> None:
        """Begin what may begin, write and claim what is to be; what changes meanwhile is looked at before it ends.

        It is called by whatever changes something, not by a task that waits for it: a task would wake up a round of the
        loop later, and a trickle pays for each round.
        """
        self._asked = True
        if self._stepping or self._over:
            return
        self._stepping = True
        try:
            while self._asked and not self._over:
                self._asked = False
                self._look()
        except BaseException as fault:  # noqa: BLE001 - `run` raises it
            self._fail(fault)
        finally:
            self._stepping = False

    def _fail(self, fault: BaseException) -> None:
        self._over = True
        if not self._ended_at.done():
            self._ended_at.set_exception(fault)

    def _look(self) -> None:
        over = self.over()
        if not over:
            self._begin()
        self._start_turn(over=over)
        if self._running or self._done or self._writing:
            self._idle_since = None
        else:
            self._idle_since = self._idle_since or time.monotonic()
            idle = over or time.monotonic() - self._idle_since >= self.pace.idle
            if not self._turning and idle:
                self._over = True
                if not self._ended_at.done():
                    self._ended_at.set_result(None)
                return
        self._look_again(over=over)

    def _begin(self) -> None:
        while (item := self.work.next()) is not None:
            task = asyncio.ensure_future(self.work.do(item))
            self._running[task] = item
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Future[Done]") -> None:
        item = self._running.pop(task)
        fault = asyncio.CancelledError() if task.cancelled() else task.exception()
        if fault is None:
            done: Done | None = task.result()
        else:
            if not task.cancelled():
                self._note(fault)
            done = self.work.failed(item, fault)
        if done is None:
            self._back.append(item)
        else:
            self.work.ended(item, done)
            if not self._done:
                self._oldest = time.monotonic()
            self._done.append(done)
        if not self._running:
            self._step()
        elif not self._asked:
            # the others that end in this round are looked at together
            self._asked = True
            self._loop.call_soon(self._step)

    def _start_turn(self, *, over: bool) -> None:
        """Begin a turn if there is something to write or to claim; one turn does both."""
        now = time.monotonic()
        if self._turning or now < self._not_before:
            return
        alone = not self._running and self.pace.idle == 0
        ripe = bool(self._done) and (over or alone or now - self._oldest >= self._gather)
        more = not over and not self._one_by_one and self.work.wants()
        if not ripe and not more:
            return
        if ripe or self.work.presses():
            amount = 1 if self._one_by_one else len(self._done)
            self._writing = [self._done.popleft() for _ in range(amount)]
            self._oldest = now
        self._began, self._turning = now, True
        self._database.call(self._turned, self.work.turn, self.work.plan(self._writing, more=more))

    def _turned(self, taken: Taken | None, fault: BaseException | None) -> None:
        self._turning = False
        try:
            self._note_turn(taken, fault)
        except BaseException as defect:  # noqa: BLE001 - `run` raises it
            self._fail(defect)
        self._step()

    def _note_turn(self, taken: Taken | None, fault: BaseException | None) -> None:
        if fault is not None:
            self._not_turned(fault)
            return
        self._one_by_one, self._writing = max(self._one_by_one - len(self._writing), 0), []
        self._not_before, self._retry, self._failing_since = 0.0, self.pace.retry, 0.0
        if self.pace.gather:
            took = time.monotonic() - self._began
            self._gather = max(self.pace.gather, min(took * GATHER_TURNS, LONGEST_GATHER_SECONDS))
        self.work.took(taken)  # type: ignore[arg-type]

    def _not_turned(self, fault: BaseException) -> None:
        """Keep what could not be written and try it again as it was; after a bug, one by one."""
        writing, self._writing = self._writing, []
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        if (
            isinstance(fault, Transient)
            and now - self._failing_since < self.pace.patience
            and (writing or self._done or self._running)
        ):
            self._done.extendleft(reversed(writing))
            self._not_before, self._retry = now + self._retry, min(self._retry * 2, LONGEST_RETRY_SECONDS)
            return
        if len(writing) > 1 and not isinstance(fault, Transient):
            self._done.extendleft(reversed(writing))
            self._one_by_one = len(writing)
            return
        self._one_by_one = max(self._one_by_one - 1, 0)
        self._note(fault)
        for done in writing:
            self.work.unwritten(done, fault)
        if not writing or isinstance(fault, Transient):
            self._stopped = True

    def _note(self, fault: BaseException) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    def _call(self, work: Callable[..., T], *arguments: Any) -> "asyncio.Future[T]":
        return self._database.wait_for(work, *arguments)

    def _look_again(self, *, over: bool) -> None:
        """See to it that it looks again when somebody has to; once it is over nothing more is claimed."""
        now, seconds = time.monotonic(), self.pace.look
        if not self._turning:
            ripe = self._oldest + self._gather - now if self._done else inf
            look = inf if over else self.work.alarm()
            seconds = max(min(seconds, look, ripe), self._not_before - now, 0.0)
        at = self._loop.time() + seconds
        if self._alarm is not None:
            # one that comes too early costs a look, and one that is moved at each step costs more
            if self._alarm.when() <= at:
                return
            self._alarm.cancel()
        self._alarm = self._loop.call_at(at, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._step()

    async def _clear_up(self) -> None:
        """Write what has ended and give back what did not begin; after a cancellation also what was under way."""
        interrupted = dict(self._running)
        for task in interrupted:
            task.cancel()
        try:
            # Their ends are noted as usual.
            if interrupted:
                await asyncio.wait(interrupted)
            if self._turning:
                # one comes after the other
                await self._call(_nothing)
            if self._done:
                await self._call(self.work.turn, self.work.plan(tuple(self._done), more=False))
            await self._call(self.work.give_back, [*self._back, *self.work.left()])
        except Transient as fault:
            self.faults.append(fault)
        finally:
            self._database.close()
            if self._alarm is not None:
                self._alarm.cancel()


def _nothing() -> None:
    pass


def _here() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs on this thread."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
