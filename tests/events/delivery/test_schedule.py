from dataclasses import replace

import pytest

from claims.backoff import Backoff
from core.settings.deliveries import DeliverySettings
from events.delivery.http.outcomes import BUSY, FAILED, TIMED_OUT
from events.delivery.schedule import next_wait

WAITS = DeliverySettings().schedule


def schedule(draw: float) -> Backoff:
    return Backoff(WAITS, 0.2, draw=lambda: draw)


@pytest.mark.parametrize(("attempt", "wait"), list(enumerate(WAITS, start=1)))
def test_each_wait_is_the_listed_one_within_its_jitter(attempt: int, wait: float) -> None:
    assert next_wait(schedule(0.0), attempt, 11, FAILED) == pytest.approx(wait * 0.8)
    assert next_wait(schedule(0.5), attempt, 11, FAILED) == pytest.approx(wait)
    assert next_wait(schedule(1.0), attempt, 11, FAILED) == pytest.approx(wait * 1.2)


def test_eleven_attempts_take_about_three_days() -> None:
    assert 72 * 3600 < sum(WAITS) < 80 * 3600
    assert next_wait(schedule(0.5), 11, 11, FAILED) is None


@pytest.mark.parametrize("allowed", [1, 3])
def test_a_destination_may_allow_fewer_attempts(allowed: int) -> None:
    assert next_wait(schedule(0.5), allowed, allowed, FAILED) is None


@pytest.mark.parametrize("outcome", [BUSY, TIMED_OUT])
@pytest.mark.parametrize(("draw", "factor"), [(0.0, 1.0), (1.0, 1.2)])
def test_overload_waits_at_least_a_minute(outcome: object, draw: float, factor: float) -> None:
    assert next_wait(schedule(draw), 1, 11, outcome) == pytest.approx(60 * factor)  # type: ignore[arg-type]


@pytest.mark.parametrize(("asked", "wait"), [(2.0, 5.0), (90.0, 90.0)])
@pytest.mark.parametrize(("draw", "factor"), [(0.0, 1.0), (1.0, 1.2)])
def test_retry_after_is_the_least_wait_and_jitter_goes_only_up(
    asked: float, wait: float, draw: float, factor: float
) -> None:
    outcome = replace(FAILED, retry_after=asked)
    assert next_wait(schedule(draw), 1, 11, outcome) == pytest.approx(wait * factor)
