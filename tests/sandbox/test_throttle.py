"""So many requests in a minute and no more, by the server's own clock."""

from datetime import UTC, datetime

import pytest

from core.clock import FixedClock
from sandbox.throttle import Throttle


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 7, 14, 15, tzinfo=UTC))


@pytest.fixture
def throttle(clock: FixedClock) -> Throttle:
    made = Throttle(clock)
    made.per_minute = 2
    return made


def test_without_a_limit_any_number_is_let_in(clock: FixedClock) -> None:
    throttle = Throttle(clock)
    assert [throttle.refusal() for _ in range(1000)] == [None] * 1000
    assert throttle.refused == 0


def test_a_minute_slides_and_what_is_a_minute_old_counts_no_more(throttle: Throttle, clock: FixedClock) -> None:
    let_in = []
    for passed in (0, 30, 29.999, 0.001, 0, 29.999, 0.001):
        clock.advance(passed)
        let_in.append(throttle.refusal() is None)
    assert let_in == [True, True, False, True, False, False, True]
    assert throttle.refused == 3


@pytest.mark.parametrize(("passed", "wait"), [(0, "60.000"), (20, "40.000"), (59.75, "0.250")])
def test_a_refusal_says_when_the_oldest_counts_no_more(
    throttle: Throttle, clock: FixedClock, passed: float, wait: str
) -> None:
    throttle.refusal()
    clock.advance(passed)
    throttle.refusal()
    answer = throttle.refusal()
    assert answer is not None
    assert (answer.status, answer.headers["Retry-After"]) == (429, wait)


def test_a_refusal_may_say_nothing(throttle: Throttle) -> None:
    throttle.per_minute, throttle.tells = 1, False
    throttle.refusal()
    answer = throttle.refusal()
    assert answer is not None
    assert "Retry-After" not in answer.headers


def test_a_refused_request_is_none_of_those_that_count(throttle: Throttle, clock: FixedClock) -> None:
    """Who goes on asking comes in as soon as who waited."""
    for _ in range(61):
        throttle.refusal()
        clock.advance(1)
    assert throttle.refused == 58


def test_a_limit_may_be_changed_while_it_runs(throttle: Throttle) -> None:
    assert [throttle.refusal() is None for _ in range(3)] == [True, True, False]
    throttle.per_minute = 3
    assert [throttle.refusal() is None for _ in range(2)] == [True, False]
    throttle.per_minute = None
    assert throttle.refusal() is None


def test_nobody_is_let_in_where_none_are_allowed(throttle: Throttle) -> None:
    throttle.per_minute = 0
    answer = throttle.refusal()
    assert answer is not None
    assert (answer.status, answer.headers["Retry-After"]) == (429, "60.000")
