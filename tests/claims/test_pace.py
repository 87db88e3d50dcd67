"""A budget shared by whoever has the key; time goes by only where somebody waits."""

from datetime import UTC, datetime

from claims.pace import SharedPace
from core.clock import FixedClock
from core.pace import Budget

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = Budget("ploomes:ab12", 120)
FOR_EVER = 1e9


class Worker:
    """Makes requests one after the other at a simulated clock."""

    def __init__(self, clock: FixedClock, *budgets: Budget) -> None:
        self.clock = clock
        self.pace = SharedPace(*budgets, clock=clock, sleep=clock.advance)

    def work(self, requests: int) -> float:
        """Return the seconds that so many requests took."""
        began = self.clock.now()
        assert all(self.pace.take(FOR_EVER) for _ in range(requests))
        return (self.clock.now() - began).total_seconds()


def test_a_budget_is_used_to_the_full_and_not_beyond(banco: str) -> None:
    worker = Worker(FixedClock(NOW), KEY)
    worker.work(KEY.per_minute // 10)
    seconds = worker.work(600)
    assert 300 <= seconds <= 300 / 0.95


def test_two_workers_share_what_the_key_has(banco: str) -> None:
    clock = FixedClock(NOW)
    one, other = Worker(clock, KEY), Worker(clock, KEY)
    one.work(12)
    assert one.work(30) + other.work(30) >= 60 * 0.5


def test_a_key_of_its_own_has_a_budget_of_its_own(banco: str) -> None:
    clock = FixedClock(NOW)
    Worker(clock, KEY).work(12)
    assert Worker(clock, Budget("ploomes:cd34", 120)).work(12) == 0


def test_who_cannot_have_a_turn_in_time_is_told_so_and_has_taken_nothing(banco: str) -> None:
    clock = FixedClock(NOW)
    narrow, wide = Budget("milvus:ef56:listagem", 10), Budget("milvus:ef56", 120)
    both = SharedPace(wide, narrow, clock=clock, sleep=clock.advance)
    assert both.take(1)
    assert not both.take(1)
    assert Worker(clock, wide).work(11) == 0


def test_a_429_holds_everybody_with_the_key_for_as_long_as_was_asked(banco: str) -> None:
    clock = FixedClock(NOW)
    SharedPace(KEY, clock=clock).told(30)
    SharedPace(KEY, clock=clock).told(5)
    assert 30 <= Worker(clock, KEY).work(1) <= 30 * 1.1


def test_no_limit_needs_no_database() -> None:
    pace = SharedPace(Budget("ploomes:ab12", 0))
    pace.told(30)
    assert pace.take(0)
