"""Back-off, breaker, limit and lease: pure rules, as tables."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.backoff import Backoff
from claims.breaker import Breaker, Limits
from claims.lease import lease_seconds, may_begin
from claims.limit import FEW, Limit

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = Limits(open_after=3, first_wait=30, longest_wait=100)


@pytest.mark.parametrize(("attempts", "wait"), [(1, 5), (2, 60), (3, None)])
def test_waits_follow_the_list_and_end_with_it(attempts: int, wait: float | None) -> None:
    assert Backoff((5, 60), jitter=0).wait(attempts) == wait


@pytest.mark.parametrize(("attempts", "wait"), [(1, 1), (2, 2), (3, 4), (4, 5), (9, 5)])
def test_a_doubling_wait_stays_at_its_longest(attempts: int, wait: float) -> None:
    assert Backoff.doubling(1, 5, jitter=0).wait(attempts) == wait


@given(st.floats(0, 1), st.floats(0, 100), st.one_of(st.none(), st.floats(0, 100)))
def test_jitter_takes_nothing_off_a_minimum_nor_off_what_was_asked_for(
    drawn: float, at_least: float, asked: float | None
) -> None:
    wait = Backoff((10,), 0.2, draw=lambda: drawn).wait(1, at_least=at_least, asked=asked)
    assert wait is not None
    assert max(at_least, asked or 0) <= wait <= 1.2001 * max(10, at_least, asked or 0)
    assert wait >= 8


def test_failures_in_a_row_open_a_breaker_and_each_failed_probe_doubles_its_wait() -> None:
    breaker = Breaker().failed(2).judged(LIMITS, probed=False)
    assert not breaker.open
    breaker = breaker.failed().judged(LIMITS, probed=False)
    assert breaker.wait == 30
    assert breaker.failed(4).judged(LIMITS, probed=False).wait == 30
    waits = []
    for _ in range(3):
        breaker = breaker.failed().judged(LIMITS, probed=True)
        waits.append(breaker.wait)
    assert waits == [60, 100, 100]


def test_who_never_complained_is_tried_out_twice_as_fast_after_each_round() -> None:
    limit, rounds = Limit(1.0), []
    for _ in range(6):
        for _ in range(int(limit.value)):
            limit = limit.answered(0.01, 64)
        rounds.append(limit.value)
    assert rounds[:4] == [2, 4, 8, FEW]
    assert rounds[-1] <= 64


def test_an_overload_halves_once_for_all_that_was_in_flight_together() -> None:
    limit = Limit(16.0)
    for _ in range(5):
        limit = limit.overloaded(NOW, NOW + timedelta(seconds=1))
    assert limit.value == 8
    assert limit.overloaded(NOW + timedelta(seconds=2), NOW + timedelta(seconds=3)).value == 4


def test_slow_answers_let_nothing_grow() -> None:
    limit = Limit(4.0).answered(0.1, 64)
    for _ in range(50):
        limit = limit.answered(2.0, 64)
    assert limit.value < 8


def test_a_request_begins_only_if_it_ends_well_before_the_lease() -> None:
    until = NOW + timedelta(seconds=lease_seconds(15))
    assert may_begin(NOW, 15, until)
    assert not may_begin(until - timedelta(seconds=20), 15, until)
    assert lease_seconds(15, work=45) == 105
