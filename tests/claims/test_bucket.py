from datetime import UTC, datetime, timedelta

import pytest

from claims import bucket
from claims.bucket import Bucket, Granted
from storage.session import transaction

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SERVER = Bucket("ntfy.example", 60, 5)


def take(want: int, now: datetime = NOW, one: Bucket = SERVER) -> Granted:
    with transaction() as db:
        return bucket.take(db, {one: want}, now)[one]


def test_a_full_bucket_gives_its_capacity_and_then_one_per_period(banco: str) -> None:
    assert take(100).tokens == 60
    assert take(1) == Granted(0, pytest.approx(5))
    assert take(10, NOW + timedelta(seconds=5)).tokens == 1
    assert take(10, NOW + timedelta(seconds=30)).tokens == 5
    assert take(100, NOW + timedelta(days=1)).tokens == 60


def test_unused_tokens_come_back_but_not_more_than_fit(banco: str) -> None:
    take(60)
    with transaction() as db:
        bucket.give_back(db, {SERVER: 7}, NOW)
    assert take(100).tokens == 7
    with transaction() as db:
        bucket.give_back(db, {SERVER: 500}, NOW)
    assert take(100).tokens == 60


def test_an_emptied_bucket_starts_from_nothing(banco: str) -> None:
    take(1)
    with transaction() as db:
        bucket.empty(db, [SERVER], NOW)
    assert take(1).tokens == 0


def test_accounts_have_buckets_of_their_own(banco: str) -> None:
    take(60)
    assert take(1, one=Bucket("ntfy.example", 60, 5, conta="matriz")).tokens == 1


def test_a_clock_that_went_back_gives_nothing_for_free(banco: str) -> None:
    take(60)
    assert take(1, NOW - timedelta(hours=1)).tokens == 0


def test_a_clock_that_was_far_ahead_for_a_moment_stops_nothing(banco: str) -> None:
    take(60)
    take(60, NOW + timedelta(hours=3))
    assert take(60, NOW).tokens == 0
    assert [take(60, NOW + timedelta(minutes=minutes)).tokens for minutes in (10, 12)] == [60, 24]


def test_clocks_that_differ_a_little_give_each_token_once(banco: str) -> None:
    take(60)
    assert [take(60, NOW + timedelta(seconds=seconds)).tokens for seconds in (30, 0, 30, 0, 30)] == [6, 0, 0, 0, 0]


def test_several_buckets_are_taken_at_once_each_as_far_as_it_goes(banco: str) -> None:
    small, large = Bucket("b", 2, 1), Bucket("a", 50, 1)
    with transaction() as db:
        granted = bucket.take(db, {small: 10, large: 10}, NOW)
    assert (granted[small].tokens, granted[large].tokens) == (2, 10)
    assert (take(9, one=small).tokens, take(99, one=large).tokens) == (0, 40)
