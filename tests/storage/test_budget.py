from datetime import UTC, datetime, timedelta

import pytest

from storage import budget
from storage.session import transaction

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def take(want: int, now: datetime = NOW, conta: str = "padrao") -> tuple[int, float]:
    with transaction() as db:
        return budget.take(db, "ntfy.example", want, capacity=60, refill_seconds=5, now=now, conta=conta)


def test_a_full_bucket_gives_its_capacity_and_then_one_per_period(banco: str) -> None:
    assert take(100)[0] == 60
    granted, wait = take(1)
    assert (granted, wait) == (0, pytest.approx(5))
    assert take(10, NOW + timedelta(seconds=5))[0] == 1
    assert take(10, NOW + timedelta(seconds=30))[0] == 5
    assert take(100, NOW + timedelta(days=1))[0] == 60


def test_unused_tokens_can_be_given_back_but_not_more_than_fit(banco: str) -> None:
    take(60)
    with transaction() as db:
        budget.give_back(db, "ntfy.example", 500, capacity=60)
    assert take(100)[0] == 60


def test_an_emptied_bucket_starts_from_nothing(banco: str) -> None:
    take(1)
    with transaction() as db:
        budget.empty(db, "ntfy.example", NOW)
    assert take(1)[0] == 0


def test_accounts_have_buckets_of_their_own(banco: str) -> None:
    take(60)
    assert take(1, conta="matriz")[0] == 1


def test_a_clock_that_went_back_gives_nothing_for_free(banco: str) -> None:
    take(60)
    assert take(1, NOW - timedelta(hours=1))[0] == 0
