"""The pump: nothing waits for the slowest, nothing is lost, and every end is a good one."""

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ports import SOON_SECONDS

from claims.pump import Pace, Pump
from claims.work import Plain, Turn
from core import loop, stopping
from core.errors import Transient

SLOW = 0.4


@dataclass
class Store:
    """Rows in memory: what is due, what was written in which batch, what came back, and where it was touched."""

    due: list[int]
    written: list[list[int]] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)

    @property
    def done(self) -> list[int]:
        return [one for batch in self.written for one in batch]


class Numbers(Plain[int, int]):
    """Work over numbers: each takes the seconds that `seconds` says, and then goes on until `until` says so."""

    def __init__(self, store: Store, at_once: int = 10, look: float = float("inf")) -> None:
        super().__init__(at_once, look)
        self.store = store
        self.seconds: Callable[[int], float] = lambda number: 0.0
        self.turning: Callable[[Turn[int]], None] = lambda turn: None
        self.until: Callable[[int], bool] = lambda number: True
        self.most = 0
        self.begun: list[int] = []
        self.closed = False
        self.few = sys.maxsize
        self.all_begun: asyncio.Event | None = None
        self._now = 0

    def next(self) -> int | None:
        if not self.waiting or not self.few:
            return None
        self.few -= 1
        return super().next()

    def over(self) -> bool:
        return self.closed

    def turn(self, turn: Turn[int]) -> Sequence[int]:
        self.store.threads.add(threading.current_thread().name.rpartition("_")[0])
        self.turning(turn)
        if turn.done:
            self.store.written.append(list(turn.done))
        taken, self.store.due = self.store.due[: turn.room], self.store.due[turn.room :]
        return taken

    async def do(self, item: int) -> int:
        self.begun.append(item)
        if self.all_begun is not None and not self.store.due:
            self.all_begun.set()
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await asyncio.sleep(self.seconds(item))
            for _ in range(int(SOON_SECONDS * 100)):
                if self.until(item):
                    break
                await asyncio.sleep(0.01)
        finally:
            self._now -= 1
        if item < 0:
            raise ValueError(item)
        return item

    def give_back(self, items: Sequence[int]) -> None:
        self.store.back += items


@pytest.fixture(autouse=True)
def nobody_stops() -> Iterator[None]:
    yield
    stopping.reset()


def pump(
    work: Numbers,
    pace: Pace | None = None,
    meanwhile: Callable[[Pump[int, int, Turn[int], Sequence[int]]], None] = lambda pump: None,
) -> None:
    async def whole() -> None:
        running = Pump(work, pace or Pace())
        meanwhile(running)
        await running.run()

    loop.run(whole())


def test_everything_due_is_done_once_and_written_in_batches() -> None:
    store = Store(list(range(100)))
    work = Numbers(store, at_once=20)
    pump(work)
    assert sorted(store.done) == list(range(100))
    assert work.most <= 20
    assert len(store.written) < 100
    assert store.back == []


def test_the_database_is_touched_by_one_thread_of_its_own() -> None:
    store = Store(list(range(30)))
    pump(Numbers(store, at_once=7))
    assert store.threads == {"esteira-banco"}


def test_what_has_ended_is_written_while_the_slowest_goes_on() -> None:
    store = Store([0, 1, 2])
    work = Numbers(store)
    work.until = lambda number: number != 0 or len(store.done) == 2
    pump(work)
    assert store.written[0] == [1, 2]
    assert store.written[-1] == [0]


def test_an_end_makes_room_for_the_next_at_once() -> None:
    store = Store(list(range(20)))
    work = Numbers(store, at_once=2)
    work.until = lambda number: number != 0 or len(store.done) == 19
    pump(work)
    assert store.written[-1] == [0]


@pytest.mark.parametrize(("presses", "together"), [(True, 1), (False, 6)], ids=["with the next claim", "by themselves"])
def test_young_ends_are_written_with_the_next_claim_only_if_something_waits_for_them(
    presses: bool, together: int
) -> None:
    store = Store(list(range(6)))
    work = Numbers(store, at_once=1)
    work.presses = lambda: presses
    work.until = lambda number: number < 5 or setattr(work, "closed", True) is None
    pump(work, Pace(gather=60.0, idle=60.0))
    assert [len(batch) for batch in store.written] == [together] * (6 // together)


def test_a_locked_database_makes_no_answer_late() -> None:
    store = Store(list(range(8)))
    work = Numbers(store)
    answered: list[int] = []
    locked = threading.Event()

    def ended(item: int, done: int) -> None:
        answered.append(item)
        if len(answered) == 8:
            locked.set()

    # The first writing turn holds the database until every answer was noted.
    work.seconds = lambda number: 0.02 * number
    work.turning = lambda turn: turn.done and locked.wait(SOON_SECONDS)
    work.ended = ended
    pump(work)
    assert sorted(answered) == list(range(8))
    assert locked.is_set()
    assert sorted(store.done) == list(range(8))


def test_no_item_begins_after_the_time_is_over_and_the_rest_goes_back() -> None:
    store = Store(list(range(10)))
    work = Numbers(store, at_once=10)
    work.few = 3
    work.seconds = lambda number: SLOW
    pump(work, Pace(most=0.1))
    assert sorted(store.done) == [0, 1, 2]
    assert sorted(store.back) == list(range(3, 10))


ENDS: dict[str, Callable[[Pump[int, int, Turn[int], Sequence[int]], Numbers], None]] = {
    "o processo para": lambda pump, work: (stopping.ask_to_stop(), pump.wake())[1],
    "alguém para": lambda pump, work: pump.stop(),
    "a janela fecha": lambda pump, work: (setattr(work, "closed", True), pump.wake())[1],
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_good_end_waits_for_what_is_under_way_and_writes_it(
    end: Callable[[Pump[int, int, Turn[int], Sequence[int]], Numbers], None],
) -> None:
    store = Store(list(range(20)))
    work = Numbers(store, at_once=20)
    work.few = 5
    work.seconds = lambda number: SLOW

    def soon(running: Pump[int, int, Turn[int], Sequence[int]]) -> None:
        threading.Timer(0.1, end, (running, work)).start()

    pump(work, Pace(idle=60), soon)
    assert sorted(store.done) == list(range(5))
    assert sorted(store.back) == list(range(5, 20))


def test_an_idle_pump_takes_what_becomes_due_when_it_is_woken() -> None:
    store = Store([1])
    work = Numbers(store, look=0.01)

    def later(running: Pump[int, int, Turn[int], Sequence[int]]) -> None:
        def owe() -> None:
            store.due.append(2)
            running.wake()

        threading.Timer(0.15, owe).start()

    pump(work, Pace(idle=0.5), later)
    assert store.done == [1, 2]


def test_a_fault_of_ours_costs_its_item_and_is_told_at_the_end() -> None:
    store = Store([1, -5, 2])
    with pytest.raises(ValueError, match="-5"):
        pump(Numbers(store))
    assert sorted(store.done) == [1, 2]
    assert store.back == [-5]


def test_a_database_that_does_not_answer_is_tried_again_and_nothing_is_lost() -> None:
    store = Store(list(range(6)))
    work = Numbers(store, at_once=3)
    refused = iter([True, True, False, True])

    def refuse(turn: Turn[int]) -> None:
        if turn.done and next(refused, False):
            raise Transient("ocupado")

    work.turning = refuse
    pump(work)
    assert sorted(store.done) == list(range(6))


def test_a_database_that_is_away_from_the_start_is_told_at_once() -> None:
    work = Numbers(Store([1]))

    def refuse(turn: Turn[int]) -> None:
        raise Transient("fora")

    work.turning = refuse
    with pytest.raises(Transient):
        pump(work)


def test_an_outcome_that_cannot_be_written_costs_only_itself() -> None:
    store = Store(list(range(5)))
    work = Numbers(store)

    def refuse(turn: Turn[int]) -> None:
        if 3 in turn.done:
            raise ValueError("três")

    work.turning = refuse
    with pytest.raises(ValueError, match="três"):
        pump(work)
    assert sorted(store.done) == [0, 1, 2, 4]


def test_a_cancelled_run_gives_back_what_it_had() -> None:
    store = Store(list(range(5)))
    work = Numbers(store)
    work.seconds = lambda number: 60

    async def whole() -> None:
        work.all_begun = asyncio.Event()
        task = asyncio.create_task(Pump(work).run())
        await work.all_begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    loop.run(whole())
    assert sorted(store.back) == list(range(5))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 0.001, 0.01]), max_size=20),
    st.integers(1, 7),
    st.sets(st.integers(0, 12)),
    st.one_of(st.none(), st.floats(0, 0.05)),
)
def test_whatever_happens_each_item_is_written_or_goes_back_once(
    lasts: list[float], at_once: int, refusals: set[int], most: float | None
) -> None:
    store = Store(list(range(len(lasts))))
    work, turns = Numbers(store, at_once), Counter[str]()
    work.seconds = lambda number: lasts[number]

    def refuse(turn: Turn[int]) -> None:
        turns["all"] += 1
        if turn.done and turns["all"] in refusals:
            raise Transient("ocupado")

    work.turning = refuse
    pump(work, Pace(gather=0.002, most=most, retry=0.001))
    assert sorted([*store.done, *store.back, *store.due]) == list(range(len(lasts)))
